// Package limits holds how much one caller may ask of a process: by user, and by address before it is known who calls. It
// counts in memory, in each replica for itself: a limit is there to keep one caller from taking everybody's share, and is
// no quota. (What must hold over all replicas, such as turns at the same time, is counted in the database.)
package limits
