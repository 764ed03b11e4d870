// Runs one scenario with franz-go and prints what it saw as JSON: `franz-go <host:port,…> <scenario>`.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

const count = 100

var seeds = kgo.SeedBrokers(strings.Split(os.Args[1], ",")...)

func main() {
	scenarios := map[string]func(context.Context) any{
		"produce":      produce,
		"group":        group,
		"transactions": transactions,
		"admin":        admin,
	}
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	out, err := json.Marshal(scenarios[os.Args[2]](ctx))
	must(err)
	fmt.Println(string(out))
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func client(options ...kgo.Opt) *kgo.Client {
	made, err := kgo.NewClient(append(options, seeds)...)
	must(err)
	return made
}

func orders(topic string) []*kgo.Record {
	records := make([]*kgo.Record, count)
	for at := range records {
		records[at] = kgo.KeyStringRecord(fmt.Sprintf("key %d", at), fmt.Sprintf("order %03d", at))
		records[at].Topic = topic
	}
	return records
}

// produce writes idempotently, which is franz-go's default, once with each codec.
func produce(ctx context.Context) any {
	for _, codec := range []kgo.CompressionCodec{
		kgo.NoCompression(), kgo.GzipCompression(), kgo.SnappyCompression(), kgo.Lz4Compression(), kgo.ZstdCompression(),
	} {
		producer := client(kgo.ProducerBatchCompression(codec))
		must(producer.ProduceSync(ctx, orders("written")...).FirstErr())
		producer.Close()
	}
	return read(ctx, "", "written", 5*count)
}

// read returns so many values, read_committed, in a group or, without a name, alone.
func read(ctx context.Context, groupID, topic string, wanted int) []string {
	options := []kgo.Opt{
		kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
	}
	if groupID != "" {
		options = append(options, kgo.ConsumerGroup(groupID), kgo.DisableAutoCommit())
	}
	consumer := client(options...)
	defer consumer.Close()
	values := []string{}
	for len(values) < wanted {
		fetches := consumer.PollFetches(ctx)
		must(fetches.Err())
		fetches.EachRecord(func(record *kgo.Record) { values = append(values, string(record.Value)) })
	}
	if groupID != "" {
		must(consumer.CommitUncommittedOffsets(ctx))
	}
	sort.Strings(values)
	return values
}

func group(ctx context.Context) any {
	producer := client()
	defer producer.Close()
	must(producer.ProduceSync(ctx, orders("shared")...).FirstErr())
	first := read(ctx, "sharers", "shared", count)
	must(producer.ProduceSync(ctx, &kgo.Record{Topic: "shared", Value: []byte("later")}).FirstErr())
	return map[string]any{"first": first, "second": read(ctx, "sharers", "shared", 1)}
}

// transactions writes an invoice for each order, exactly once; the first transaction is aborted, what follows reads the same again.
func transactions(ctx context.Context) any {
	producer := client()
	must(producer.ProduceSync(ctx, orders("orders")...).FirstErr())
	producer.Close()
	session, err := kgo.NewGroupTransactSession(
		seeds,
		kgo.TransactionalID("billing"),
		kgo.ConsumerGroup("billing"),
		kgo.ConsumeTopics("orders"),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.RequireStableFetchOffsets(),
	)
	must(err)
	aborted := 0
	for written := 0; written < count; {
		fetches := session.PollFetches(ctx)
		must(fetches.Err())
		must(session.Begin())
		fetches.EachRecord(func(order *kgo.Record) {
			invoice := &kgo.Record{Topic: "invoices", Value: append([]byte("invoice of "), order.Value...)}
			session.Produce(ctx, invoice, func(_ *kgo.Record, err error) { must(err) })
		})
		must(session.Client().Flush(ctx))
		committed, err := session.End(ctx, kgo.TransactionEndTry(aborted > 0))
		must(err)
		if committed {
			written += fetches.NumRecords()
		} else {
			aborted = fetches.NumRecords()
		}
	}
	session.Close()
	invoices := read(ctx, "readers", "invoices", count)
	manager := kadm.NewClient(client())
	defer manager.Close()
	offsets, err := manager.FetchOffsets(ctx, "billing")
	must(err)
	var committed int64
	offsets.Each(func(offset kadm.OffsetResponse) { committed += offset.At })
	return map[string]any{
		"invoices":  invoices,
		"aborted":   aborted,
		"committed": committed,
	}
}

func admin(ctx context.Context) any {
	manager := kadm.NewClient(client())
	defer manager.Close()
	brokers, err := manager.ListBrokers(ctx)
	must(err)
	made, err := manager.CreateTopic(ctx, 2, 3, map[string]*string{"retention.ms": kadm.StringPtr("1234567")}, "made")
	must(err)
	_, err = manager.CreatePartitions(ctx, 2, "made")
	must(err)
	_, err = manager.AlterTopicConfigs(ctx, []kadm.AlterConfig{{Name: "retention.ms", Value: kadm.StringPtr("7654321")}}, "made")
	must(err)
	configs, err := manager.DescribeTopicConfigs(ctx, "made")
	must(err)
	described, err := configs.On("made", nil)
	must(err)
	retention := ""
	for _, config := range described.Configs {
		if config.Key == "retention.ms" {
			retention = config.MaybeValue()
		}
	}
	topics, err := manager.ListTopics(ctx, "made")
	must(err)
	groups, err := manager.DescribeGroups(ctx)
	must(err)
	states := map[string]string{}
	for _, described := range groups.Sorted() {
		states[described.Group] = described.State
	}
	_, err = manager.CreateTopic(ctx, 1, 1, nil, "made")
	refused := ""
	if err != nil {
		refused = err.Error()
	}
	_, err = manager.DeleteTopic(ctx, "made")
	must(err)
	left, err := manager.ListTopics(ctx)
	must(err)
	return map[string]any{
		"brokers":    brokers.NodeIDs(),
		"created":    []any{made.Topic, made.NumPartitions, made.ReplicationFactor},
		"partitions": len(topics["made"].Partitions),
		"retention":  retention,
		"groups":     states,
		"refused":    refused,
		"isLeft":     left.Has("made"),
	}
}
