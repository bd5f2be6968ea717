//go:build tools

// Package cli pins the module from which the lab builds the Pulumi command line.
package cli

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
