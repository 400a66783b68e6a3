// Sends the trace of one order with the OpenTelemetry SDK for Go and prints its id.
//
// Usage: go run . grpc|http/protobuf <host:port> <service name>
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

func exporter(ctx context.Context, protocol, endpoint string) (*otlptrace.Exporter, error) {
	if protocol == "grpc" {
		return otlptracegrpc.New(ctx, otlptracegrpc.WithEndpoint(endpoint), otlptracegrpc.WithInsecure())
	}
	return otlptracehttp.New(ctx, otlptracehttp.WithEndpoint(endpoint), otlptracehttp.WithInsecure(),
		otlptracehttp.WithCompression(otlptracehttp.GzipCompression))
}

func send(protocol, endpoint, service string) (string, error) {
	ctx := context.Background()
	exporter, err := exporter(ctx, protocol, endpoint)
	if err != nil {
		return "", err
	}
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithResource(resource.NewSchemaless(
			attribute.String("service.name", service), attribute.String("service.version", "1.2.3"))),
		sdktrace.WithBatcher(exporter))
	tracer := provider.Tracer("clew.test", trace.WithInstrumentationVersion("0.1.0"))

	_, earlier := tracer.Start(ctx, "earlier order")
	earlier.End()

	inRoot, root := tracer.Start(ctx, "POST /orders", trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(attribute.String("http.request.method", "POST"),
			attribute.Int("http.response.status_code", 500), attribute.Float64("order.total", 12.5),
			attribute.Bool("order.express", true), attribute.StringSlice("order.skus", []string{"a-1", "b-2"}),
			attribute.String("order.note", "für Käthe 登山")),
		trace.WithLinks(trace.Link{SpanContext: earlier.SpanContext(),
			Attributes: []attribute.KeyValue{attribute.String("reason", "reorder")}}))

	_, query := tracer.Start(inRoot, "SELECT orders", trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(attribute.String("db.system", "postgresql"), attribute.String("db.statement", "SELECT 1")))
	query.AddEvent("rows", trace.WithAttributes(attribute.Int("count", 3)))
	query.SetStatus(codes.Ok, "")
	query.End()

	inPublish, publish := tracer.Start(inRoot, "orders publish", trace.WithSpanKind(trace.SpanKindProducer),
		trace.WithAttributes(attribute.String("messaging.system", "kafka"),
			attribute.String("messaging.destination.name", "orders")))
	_, consume := tracer.Start(inPublish, "orders process", trace.WithSpanKind(trace.SpanKindConsumer))
	consume.End()
	publish.End()

	_, charge := tracer.Start(inRoot, "charge")
	charge.RecordError(errors.New("card declined"))
	charge.SetStatus(codes.Error, "card declined")
	charge.End()
	root.SetStatus(codes.Error, "order failed")
	root.End()
	return root.SpanContext().TraceID().String(), provider.Shutdown(ctx)
}

func main() {
	traceID, err := send(os.Args[1], os.Args[2], os.Args[3])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(traceID)
}
