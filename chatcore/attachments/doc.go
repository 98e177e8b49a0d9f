// Package attachments takes people's files in, keeps them, and lets them go again.
//
// What a file is called and whose it is stands in Postgres (Rows); its bytes are in a bucket: a directory, or S3. A file
// comes in two steps, its description and then its bytes, or in one. What it may be is decided here: its size, its name,
// its type, and that its bytes are what its type says. Bytes go only in a sweep, which is planned in the transaction that
// forgets them, so that no crash leaves any behind.
package attachments
