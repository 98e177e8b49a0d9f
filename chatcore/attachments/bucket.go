package attachments

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/fileblob" // file:///…
	_ "gocloud.dev/blob/s3blob"   // s3://…
)

// OpenBucket opens the bucket at a URL: file:///directory, which is made when it is not there, or s3://bucket with gocloud's
// parameters (region, endpoint, …) and the environment's credentials. It is not asked anything yet.
func OpenBucket(ctx context.Context, address string) (*blob.Bucket, error) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Scheme != "file" && parsed.Scheme != "s3" {
		return nil, errors.New("it must be file:///a/directory or s3://a-bucket")
	}
	if parsed.Scheme == "file" {
		query := parsed.Query()
		query.Set("create_dir", "true")
		query.Set("no_tmp_dir", "true")    // beside the file: /tmp may be another disk
		query.Set("metadata", "skip")      // it stands in Postgres
		query.Set("dir_file_mode", "0700") // nobody else's business
		parsed.RawQuery = query.Encode()
	}
	bucket, err := blob.OpenBucket(ctx, parsed.String())
	if err != nil {
		return nil, fmt.Errorf("opening the bucket: %w", err)
	}
	return bucket, nil
}
