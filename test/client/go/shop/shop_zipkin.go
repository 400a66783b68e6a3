package main

import (
	"context"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/openzipkin/zipkin-go"
	"github.com/openzipkin/zipkin-go/model"
	"github.com/openzipkin/zipkin-go/propagation/b3"
	"github.com/openzipkin/zipkin-go/proto/zipkin_proto3"
	"github.com/openzipkin/zipkin-go/reporter"
	zipkinhttp "github.com/openzipkin/zipkin-go/reporter/http"

	"clew.example/service"
)

// SHOP_PROTOCOL: json, proto; SHOP_PROPAGATION: b3 (one header), else X-B3-*, and with "separate" spans are not shared.
type zipkinClient struct {
	tracer   *zipkin.Tracer
	reporter reporter.Reporter
}

func startZipkin() (service.Tracing, error) {
	options := []zipkinhttp.ReporterOption{zipkinhttp.BatchInterval(200 * time.Millisecond),
		zipkinhttp.Logger(log.New(os.Stderr, "ERROR ", 0))}
	if service.Protocol == "proto" {
		options = append(options, zipkinhttp.Serializer(zipkin_proto3.SpanSerializer{}))
	}
	reporter := zipkinhttp.NewReporter(service.Endpoint+"/api/v2/spans", options...)
	endpoint, err := zipkin.NewEndpoint(service.Name, "127.0.0.1:8080")
	if err != nil {
		return nil, err
	}
	tracer, err := zipkin.NewTracer(reporter, zipkin.WithLocalEndpoint(endpoint), zipkin.WithTraceID128Bit(true),
		zipkin.WithSharedSpans(service.Propagation != "separate"))
	if err != nil {
		return nil, err
	}
	return &zipkinClient{tracer, reporter}, nil
}

func (t *zipkinClient) Handler(name string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		span := t.tracer.StartSpan(name, zipkin.Kind(model.Server), zipkin.Parent(t.tracer.Extract(b3.ExtractHTTP(request))))
		defer span.Finish()
		zipkin.TagHTTPMethod.Set(span, "GET")
		zipkin.TagHTTPStatusCode.Set(span, "200")
		next.ServeHTTP(writer, request.WithContext(zipkin.NewContext(request.Context(), span)))
	})
}

func (t *zipkinClient) Call(request *http.Request, name string,
	do func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	span, _ := t.tracer.StartSpanFromContext(request.Context(), name, zipkin.Kind(model.Client))
	defer span.Finish()
	zipkin.TagHTTPUrl.Set(span, request.URL.String())
	var options []b3.InjectOption
	if service.Propagation == "b3" {
		options = append(options, b3.WithSingleHeaderOnly())
	}
	if err := b3.InjectHTTP(request, options...)(span.Context()); err != nil {
		return nil, err
	}
	return do(request)
}

func (t *zipkinClient) QueryStock(ctx context.Context, err error) {
	span, _ := t.tracer.StartSpanFromContext(ctx, "query-stock")
	for key, value := range service.StockTexts {
		span.Tag(key, value)
	}
	span.Annotate(time.Now(), "looked")
	zipkin.TagError.Set(span, err.Error())
	span.Finish()
}

func (t *zipkinClient) QueryDatabase(ctx context.Context, wait func()) {
	database, err := zipkin.NewEndpoint(service.Database, "127.0.0.1:5432")
	if err != nil {
		log.Print("ERROR ", err)
	}
	span, _ := t.tracer.StartSpanFromContext(ctx, "select orders", zipkin.Kind(model.Client), zipkin.RemoteEndpoint(database))
	defer span.Finish()
	zipkin.TagSQLQuery.Set(span, service.Statement)
	wait()
}

func (t *zipkinClient) TraceID(ctx context.Context) string {
	return zipkin.SpanFromContext(ctx).Context().TraceID.String()
}

func (t *zipkinClient) Close() error {
	return t.reporter.Close()
}
