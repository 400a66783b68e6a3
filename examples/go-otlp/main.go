package main

import (
	"cmp"
	"context"
	"log"
	"net/http"
	"os"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

func main() {
	// The service is OTEL_SERVICE_NAME; spans go to OTEL_EXPORTER_OTLP_ENDPOINT.
	exporter, err := otlptracegrpc.New(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	tracer := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter)).Tracer("hello")
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		caller := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		_, span := tracer.Start(caller, "GET /", trace.WithSpanKind(trace.SpanKindServer))
		defer span.End()
		w.Write([]byte("hello\n"))
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+cmp.Or(os.Getenv("PORT"), "8080"), nil))
}
