// Consumes orders, writes an invoice for each and commits the offsets with them, exactly once. Run as
//   librdkafka-transactions <host:port,…> <from topic> <to topic> <transactional id> <count> <commit | abort>
// Prints how many it consumed. Built with: cc librdkafka-transactions.c -lrdkafka
#include <librdkafka/rdkafka.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

static void check(const char *what, rd_kafka_error_t *error) {
  if (error != NULL) fail(what, rd_kafka_error_string(error));
}

// Settings as name, value, …, NULL.
static rd_kafka_t *client(rd_kafka_type_t type, const char *name, ...) {
  char why[512];
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  va_list settings;
  va_start(settings, name);
  for (; name != NULL; name = va_arg(settings, const char *)) {
    if (rd_kafka_conf_set(conf, name, va_arg(settings, const char *), why, sizeof why) != RD_KAFKA_CONF_OK) fail(name, why);
  }
  va_end(settings);
  rd_kafka_t *made = rd_kafka_new(type, conf, why, sizeof why);
  if (made == NULL) fail("rd_kafka_new", why);
  return made;
}

int main(int argc, char **argv) {
  if (argc != 7) fail(argv[0], "needs six arguments");
  const char *bootstrap = argv[1], *from = argv[2], *to = argv[3], *id = argv[4];
  const int count = atoi(argv[5]), mustCommit = strcmp(argv[6], "commit") == 0;

  rd_kafka_t *producer = client(RD_KAFKA_PRODUCER, "bootstrap.servers", bootstrap, "transactional.id", id,
                                "compression.type", "lz4", NULL);
  rd_kafka_t *consumer = client(RD_KAFKA_CONSUMER, "bootstrap.servers", bootstrap, "group.id", id, "enable.auto.commit", "false",
                                "auto.offset.reset", "earliest", "isolation.level", "read_committed", NULL);
  rd_kafka_poll_set_consumer(consumer);
  rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(topics, from, RD_KAFKA_PARTITION_UA);
  if (rd_kafka_subscribe(consumer, topics) != RD_KAFKA_RESP_ERR_NO_ERROR) fail("subscribe", from);
  check("init_transactions", rd_kafka_init_transactions(producer, 30000));
  check("begin_transaction", rd_kafka_begin_transaction(producer));

  int consumed = 0;
  while (consumed < count) {
    rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer, 30000);
    if (message == NULL) fail("consumer_poll", "nothing more came");
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) fail("consumer_poll", rd_kafka_message_errstr(message));
    char invoice[256];
    const int length = snprintf(invoice, sizeof invoice, "invoice of %.*s", (int)message->len, (char *)message->payload);
    rd_kafka_resp_err_t refused = rd_kafka_producev(
        producer, RD_KAFKA_V_TOPIC(to), RD_KAFKA_V_KEY(message->key, message->key_len), RD_KAFKA_V_VALUE(invoice, length),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    if (refused != RD_KAFKA_RESP_ERR_NO_ERROR) fail("producev", rd_kafka_err2str(refused));
    rd_kafka_message_destroy(message);
    consumed++;
  }

  rd_kafka_topic_partition_list_t *positions;
  if (rd_kafka_assignment(consumer, &positions) != RD_KAFKA_RESP_ERR_NO_ERROR) fail("assignment", from);
  if (rd_kafka_position(consumer, positions) != RD_KAFKA_RESP_ERR_NO_ERROR) fail("position", from);
  rd_kafka_consumer_group_metadata_t *group = rd_kafka_consumer_group_metadata(consumer);
  check("send_offsets", rd_kafka_send_offsets_to_transaction(producer, positions, group, 30000));
  // An abort drops what was not sent yet.
  if (rd_kafka_flush(producer, 30000) != RD_KAFKA_RESP_ERR_NO_ERROR) fail("flush", to);
  if (mustCommit) check("commit_transaction", rd_kafka_commit_transaction(producer, 30000));
  else check("abort_transaction", rd_kafka_abort_transaction(producer, 30000));

  rd_kafka_consumer_group_metadata_destroy(group);
  rd_kafka_topic_partition_list_destroy(positions);
  rd_kafka_topic_partition_list_destroy(topics);
  rd_kafka_consumer_close(consumer);
  rd_kafka_destroy(consumer);
  rd_kafka_destroy(producer);
  printf("%d\n", consumed);
  return 0;
}
