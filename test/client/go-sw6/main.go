// The shop service, traced by go2sky 0.3, which shares its module path with 1.5: so it is a module of its own.
package main

import (
	"context"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/SkyAPM/go2sky"
	skyhttp "github.com/SkyAPM/go2sky/plugins/http"
	"github.com/SkyAPM/go2sky/reporter"
	"github.com/SkyAPM/go2sky/reporter/grpc/common"

	"clew.example/service"
)

// go2sky 0.3: sw6 over gRPC.
type skyWalking struct {
	tracer   *go2sky.Tracer
	reporter go2sky.Reporter
}

func start() (service.Tracing, error) {
	reporter, err := reporter.NewGRPCReporter(service.Endpoint, reporter.WithPingInterval(200*time.Millisecond),
		reporter.WithLogger(log.New(os.Stderr, "", 0)))
	if err != nil {
		return nil, err
	}
	tracer, err := go2sky.NewTracer(service.Name, go2sky.WithReporter(reporter), go2sky.WithInstance(service.Name+"-1"))
	if err != nil {
		return nil, err
	}
	tracer.WaitUntilRegister()
	return &skyWalking{tracer, reporter}, nil
}

func (t *skyWalking) Handler(name string, next http.Handler) http.Handler {
	middleware, err := skyhttp.NewServerMiddleware(t.tracer)
	if err != nil {
		log.Fatal("ERROR ", err)
	}
	return middleware(next)
}

func (t *skyWalking) Call(request *http.Request, name string,
	do func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	client, err := skyhttp.NewClient(t.tracer)
	if err != nil {
		return nil, err
	}
	return client.Do(request)
}

func (t *skyWalking) QueryStock(ctx context.Context, err error) {
	span, _, spanErr := t.tracer.CreateLocalSpan(ctx)
	if spanErr != nil {
		log.Print("ERROR ", spanErr)
		return
	}
	span.SetOperationName("query-stock")
	for key, value := range service.StockTexts {
		span.Tag(go2sky.Tag(key), value)
	}
	span.Error(time.Now(), "event", "error", "error.kind", "OutOfStock", "message", err.Error())
	span.End()
}

func (t *skyWalking) QueryDatabase(ctx context.Context, wait func()) {
	span, err := t.tracer.CreateExitSpan(ctx, "SELECT orders", service.Database+":5432", func(_ string) error { return nil })
	if err != nil {
		log.Print("ERROR ", err)
		return
	}
	defer span.End()
	span.SetSpanLayer(common.SpanLayer_Database)
	span.Tag(go2sky.TagDBType, "PostgreSQL")
	span.Tag(go2sky.TagDBInstance, service.Database)
	span.Tag(go2sky.TagDBStatement, service.Statement)
	wait()
}

func (t *skyWalking) TraceID(ctx context.Context) string {
	return go2sky.TraceID(ctx)
}

func (t *skyWalking) Close() error {
	t.reporter.Close()
	return nil
}

func main() {
	tracing, err := start()
	if err == nil {
		err = service.Serve(tracing)
	}
	if err != nil {
		log.Fatal("ERROR ", err)
	}
}
