package main

import (
	"context"
	"net/http"
	"time"

	"go.opentelemetry.io/contrib/propagators/b3"
	"go.opentelemetry.io/contrib/propagators/jaeger"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"clew.example/service"
)

// SHOP_PROTOCOL: grpc, http/protobuf; SHOP_PROPAGATION: tracecontext, b3, b3multi, jaeger.
type openTelemetry struct {
	provider   *sdktrace.TracerProvider
	tracer     trace.Tracer
	propagator propagation.TextMapPropagator
}

var propagators = map[string]propagation.TextMapPropagator{
	"tracecontext": propagation.TraceContext{},
	"b3":           b3.New(b3.WithInjectEncoding(b3.B3SingleHeader)),
	"b3multi":      b3.New(b3.WithInjectEncoding(b3.B3MultipleHeader)),
	"jaeger":       jaeger.Jaeger{},
}

func startOpenTelemetry() (service.Tracing, error) {
	ctx := context.Background()
	var exporter *otlptrace.Exporter
	var err error
	if service.Protocol == "grpc" {
		exporter, err = otlptracegrpc.New(ctx, otlptracegrpc.WithEndpoint(service.Endpoint), otlptracegrpc.WithInsecure())
	} else {
		exporter, err = otlptracehttp.New(ctx, otlptracehttp.WithEndpoint(service.Endpoint), otlptracehttp.WithInsecure(),
			otlptracehttp.WithCompression(otlptracehttp.GzipCompression))
	}
	if err != nil {
		return nil, err
	}
	// The default resource has telemetry.sdk.*.
	named, err := resource.Merge(resource.Default(), resource.NewSchemaless(
		attribute.String("service.name", service.Name), attribute.String("service.version", "1.2.3")))
	if err != nil {
		return nil, err
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithResource(named),
		sdktrace.WithBatcher(exporter, sdktrace.WithBatchTimeout(200*time.Millisecond)))
	return &openTelemetry{provider, provider.Tracer("shop"), propagators[service.Propagation]}, nil
}

func (t *openTelemetry) Handler(name string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		ctx := t.propagator.Extract(request.Context(), propagation.HeaderCarrier(request.Header))
		ctx, span := t.tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
			attribute.String("http.request.method", "GET"), attribute.Int("http.response.status_code", 200)))
		defer span.End()
		next.ServeHTTP(writer, request.WithContext(ctx))
	})
}

func (t *openTelemetry) Call(request *http.Request, name string,
	do func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	ctx, span := t.tracer.Start(request.Context(), name, trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(attribute.String("url.full", request.URL.String())))
	defer span.End()
	t.propagator.Inject(ctx, propagation.HeaderCarrier(request.Header))
	return do(request)
}

func (t *openTelemetry) QueryStock(ctx context.Context, err error) {
	_, span := t.tracer.Start(ctx, "query-stock", trace.WithAttributes(
		attribute.Int("shop.items", service.StockItems), attribute.Bool("shop.express", service.StockExpress),
		attribute.Float64("shop.total", service.StockTotal), attribute.String("shop.note", service.StockNote)))
	span.RecordError(err)
	span.SetStatus(codes.Error, err.Error())
	span.End()
}

func (t *openTelemetry) QueryDatabase(ctx context.Context, wait func()) {
	_, span := t.tracer.Start(ctx, "SELECT orders", trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		attribute.String("db.system.name", "postgresql"), attribute.String("db.namespace", service.Database),
		attribute.String("db.query.text", service.Statement)))
	defer span.End()
	wait()
}

func (t *openTelemetry) TraceID(ctx context.Context) string {
	return trace.SpanContextFromContext(ctx).TraceID().String()
}

func (t *openTelemetry) Close() error {
	return t.provider.Shutdown(context.Background())
}
