package main

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/opentracing/opentracing-go"
	"github.com/opentracing/opentracing-go/ext"
	openlog "github.com/opentracing/opentracing-go/log"
	"github.com/uber/jaeger-client-go"
	"github.com/uber/jaeger-client-go/config"

	"clew.example/service"
)

// SHOP_PROTOCOL: udp (SHOP_ENDPOINT host:port), remote:<initial probability> (the same, and ":port" of the sampling port behind
// it), http (a URL).
// Ids have 64 bits unless SHOP_PROPAGATION is 128.
type jaegerClient struct {
	tracer opentracing.Tracer
	closer io.Closer
}

func startJaeger() (service.Tracing, error) {
	reporter := &config.ReporterConfig{BufferFlushInterval: 200 * time.Millisecond}
	sampler := &config.SamplerConfig{Type: jaeger.SamplerTypeConst, Param: 1}
	protocol, initial, _ := strings.Cut(service.Protocol, ":")
	switch protocol {
	case "http":
		reporter.CollectorEndpoint = service.Endpoint
	case "remote":
		parts := strings.Split(service.Endpoint, ":")
		reporter.LocalAgentHostPort = parts[0] + ":" + parts[1]
		probability, err := strconv.ParseFloat(initial, 64)
		if err != nil {
			return nil, err
		}
		sampler = &config.SamplerConfig{Type: jaeger.SamplerTypeRemote, Param: probability,
			SamplingServerURL: "http://" + parts[0] + ":" + parts[2] + "/sampling", SamplingRefreshInterval: 200 * time.Millisecond}
	default:
		reporter.LocalAgentHostPort = service.Endpoint
	}
	tracer, closer, err := config.Configuration{ServiceName: service.Name, Sampler: sampler, Reporter: reporter,
		Tags: []opentracing.Tag{{Key: "service.version", Value: "1.2.3"}}}.NewTracer(
		config.Logger(jaeger.StdLogger), config.Gen128Bit(service.Propagation == "128"))
	if err != nil {
		return nil, err
	}
	return &jaegerClient{tracer, closer}, nil
}

func (t *jaegerClient) Handler(name string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		parent, _ := t.tracer.Extract(opentracing.HTTPHeaders, opentracing.HTTPHeadersCarrier(request.Header))
		span := t.tracer.StartSpan(name, ext.RPCServerOption(parent),
			opentracing.Tag{Key: string(ext.HTTPMethod), Value: "GET"}, opentracing.Tag{Key: string(ext.HTTPStatusCode), Value: 200})
		defer span.Finish()
		next.ServeHTTP(writer, request.WithContext(opentracing.ContextWithSpan(request.Context(), span)))
	})
}

func (t *jaegerClient) Call(request *http.Request, name string,
	do func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	span, _ := opentracing.StartSpanFromContextWithTracer(request.Context(), t.tracer, name, ext.SpanKindRPCClient,
		opentracing.Tag{Key: string(ext.HTTPUrl), Value: request.URL.String()})
	defer span.Finish()
	if err := t.tracer.Inject(span.Context(), opentracing.HTTPHeaders, opentracing.HTTPHeadersCarrier(request.Header)); err != nil {
		return nil, err
	}
	return do(request)
}

func (t *jaegerClient) QueryStock(ctx context.Context, err error) {
	span, _ := opentracing.StartSpanFromContextWithTracer(ctx, t.tracer, "query-stock", opentracing.Tags{
		"shop.items": service.StockItems, "shop.express": service.StockExpress, "shop.total": service.StockTotal,
		"shop.note": service.StockNote})
	ext.LogError(span, err, openlog.String("sku", "a-1"))
	span.Finish()
}

func (t *jaegerClient) QueryDatabase(ctx context.Context, wait func()) {
	span, _ := opentracing.StartSpanFromContextWithTracer(ctx, t.tracer, "SELECT orders", ext.SpanKindRPCClient,
		opentracing.Tag{Key: string(ext.DBType), Value: "sql"}, opentracing.Tag{Key: string(ext.DBInstance), Value: service.Database},
		opentracing.Tag{Key: string(ext.DBStatement), Value: service.Statement})
	defer span.Finish()
	wait()
}

func (t *jaegerClient) TraceID(ctx context.Context) string {
	return opentracing.SpanFromContext(ctx).Context().(jaeger.SpanContext).TraceID().String()
}

func (t *jaegerClient) Close() error {
	return t.closer.Close()
}
