package main

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestOfflineModel(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "offline model: the process")
}
