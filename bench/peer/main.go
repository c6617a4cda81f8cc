// Command peer is the webhook that ours is measured against: the same rules as packages/provider,
// served the way controllers written in Go serve theirs.
package main

import (
	"context"
	"flag"
	"log"
	"net/http"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"k8s.io/apimachinery/pkg/runtime"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

func serveMetrics(address string) {
	handler := promhttp.HandlerFor(metrics.Registry, promhttp.HandlerOpts{})
	log.Fatal(http.ListenAndServe(address, handler))
}

func main() {
	host := flag.String("host", "127.0.0.1", "address of the webhook")
	port := flag.Int("port", 9443, "HTTPS port of the webhook")
	certificate := flag.String("tls-cert-file", "", "certificate of the webhook, PEM")
	key := flag.String("tls-private-key-file", "", "private key of the webhook, PEM, in the same folder")
	namespace := flag.String("credentials-namespace", "", "the one namespace that passwords are read from")
	metricsAddress := flag.String("metrics-bind-address", "127.0.0.1:9090", "address of /metrics")
	flag.Parse()

	// Not a line a request, as with the default level of controllers.
	ctrllog.SetLogger(logr.Discard())
	scheme := runtime.NewScheme()
	scheme.AddKnownTypeWithName(groupVersionKind, &MailProvider{})
	server := webhook.NewServer(webhook.Options{
		Host:     *host,
		Port:     *port,
		CertDir:  filepath.Dir(*certificate),
		CertName: filepath.Base(*certificate),
		KeyName:  filepath.Base(*key),
	})
	server.Register("/validate", admission.WithValidator(scheme, validator{credentialsNamespace: *namespace}))

	go serveMetrics(*metricsAddress)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := server.Start(ctx); err != nil {
		log.Fatal(err)
	}
}
