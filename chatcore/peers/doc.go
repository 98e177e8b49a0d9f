// Package peers asks the other replicas of chatcore for the runs that they have at work, through the same chat API that
// everybody else uses, with a hop token of chatcore's own.
package peers
