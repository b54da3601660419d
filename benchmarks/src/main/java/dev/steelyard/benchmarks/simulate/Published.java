package dev.steelyard.benchmarks.simulate;

/**
 * What somebody else has published about a scenario, under a strategy of their own.
 *
 * @param successPercent of those sent
 * @param clientMeanSeconds the mean time of a request as clients see it
 * @param serverBusySeconds the sum of the servers' response times; NaN if not known
 * @param answered requests that ended; 0 if not known
 * @param sent requests; 0 if not known
 */
record Published(
    double successPercent,
    double clientMeanSeconds,
    double serverBusySeconds,
    long answered,
    long sent) {

  static Published read(Fields fields) {
    var unused = fields.orElse("server_responses", 0, Value::whole);
    return new Published(
        fields.need("success_percent", "0..100").numberWithin(0, 100),
        fields.need("client_mean_s", "seconds").number(),
        fields.orElse("server_busy_s", Double.NaN, Value::number),
        fields.orElse("answered", 0, Value::whole),
        fields.orElse("sent", 0, Value::whole));
  }
}
