package dev.steelyard.autoscale.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.loop.ReadFailure.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** From a server's answer to a decision. */
@Timeout(60)
class SourcesTest {
  private static final Instant NOW = Instant.parse("2026-03-02T12:00:00Z");

  private final Map<String, String> answers = new HashMap<>();
  private final List<ReadFailure> failures = new ArrayList<>();

  private void answer(String request, OutputStream out) throws IOException {
    String query =
        URLDecoder.decode(
            request.substring(request.indexOf("query=") + 6, request.lastIndexOf(' ')),
            StandardCharsets.UTF_8);
    String result = answers.get(query);
    out.write(
        result == null
            ? RawServer.http(
                400,
                "application/json",
                "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"unknown query\"}")
            : RawServer.http(
                200,
                "application/json",
                "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":["
                    + result
                    + "]}}"));
  }

  private static String series(String instance, double ageSeconds, String value) {
    return "{\"metric\":{\"instance\":\""
        + instance
        + "\"},\"value\":["
        + (NOW.getEpochSecond() - ageSeconds)
        + ",\""
        + value
        + "\"]}";
  }

  private ScalingMetrics metrics(MetricsSource source, int instances) throws Exception {
    Samples samples = new Samples();
    source.read(NOW, samples);
    ScalingMetrics.Builder builder = ScalingMetrics.at(NOW).instances(instances);
    Samples.merge(List.of(samples), builder, failures::add);
    failures.addAll(samples.failures());
    return builder.build();
  }

  private static ScalingDecision decide(ScalingMetrics metrics) {
    return Fixture.POLICY.decide(ScalingState.initial(), metrics);
  }

  private PrometheusSourceBuilder source(RawServer server) {
    return PrometheusSource.builder(server.uri()).clock(InstantSource.fixed(NOW));
  }

  @Test
  void valuesOfInstancesReachTheDecision() throws Exception {
    try (RawServer server = new RawServer(this::answer)) {
      answers.put("100*cpu", series("a", 0, "90") + "," + series("b", 0, "110"));
      answers.put("up", series("a", 0, "1") + "," + series("b", 0, "1"));
      answers.put("timestamp(up)", answers.get("up"));
      answers.put("start", series("a", 0, Long.toString(NOW.getEpochSecond() - 5_000)));
      answers.put("sum(queue)", series("", 0, "7").replace("\"instance\":\"\"", ""));
      ScalingMetrics metrics =
          metrics(
              source(server)
                  .perInstance(Metric.CPU, "100*cpu", "instance", Duration.ofMinutes(1))
                  .pool(Metric.QUEUE_DEPTH, "sum(queue)")
                  .ready("up", "instance")
                  .startedAt("start", "instance")
                  .build(),
              2);

      assertEquals(List.of(), failures);
      assertEquals(List.of("a", "b"), metrics.ids().stream().sorted().toList());
      assertEquals(4, decide(metrics).desired());
      assertTrue(metrics.metrics().contains(Metric.QUEUE_DEPTH));
    }
  }

  @Test
  void anInstanceWithoutAGoodValueIsThereAndHasNone() throws Exception {
    try (RawServer server = new RawServer(this::answer)) {
      answers.put("100*cpu", series("a", 0, "NaN") + "," + series("b", 0, "10"));
      ScalingMetrics metrics =
          metrics(
              source(server).perInstance(Metric.CPU, "100*cpu", "instance", Duration.ZERO).build(),
              2);

      assertEquals(List.of("a", "b"), metrics.ids().stream().sorted().toList());
      assertEquals("cpu[a]", failures.get(0).what());
      assertEquals(Kind.NOT_A_NUMBER, failures.get(0).kind());
      assertTrue(metrics.metrics().contains(Metric.CPU));
    }
  }

  @Test
  void aWholeMetricThatFailsIsMissingWithTheReasonInTheProof() throws Exception {
    try (RawServer server = new RawServer(this::answer)) {
      ScalingMetrics metrics = metrics(source(server).pool(Metric.CPU, "sum(x)").build(), 4);
      ScalingDecision decision = decide(metrics);

      assertEquals(4, decision.desired());
      assertTrue(decision.explain().contains("QUERY_FAILED"), decision.explain());
      assertTrue(decision.explain().contains("unknown query"), decision.explain());
      assertEquals(Kind.QUERY_FAILED, failures.get(0).kind());
    }
  }

  @Test
  void aServerThatIsDownAsksForNothing() throws Exception {
    URI gone;
    try (RawServer server = new RawServer(this::answer)) {
      gone = server.uri();
    }
    ScalingDecision decision =
        decide(metrics(PrometheusSource.builder(gone).pool(Metric.CPU, "x").build(), 4));

    assertEquals(4, decision.desired());
    assertTrue(decision.explain().contains("UNREACHABLE"), decision.explain());
  }

  @Test
  void aServerThatLagsHasOldSamplesAndNotNewOnes() throws Exception {
    try (RawServer server = new RawServer(this::answer)) {
      answers.put("avg(cpu)", series("", 400, "5").replace("\"instance\":\"\"", ""));
      ScalingDecision decision =
          decide(metrics(source(server).pool(Metric.CPU, "avg(cpu)").build(), 4));

      assertEquals(4, decision.desired(), "5 % would ask for one instance");
      assertTrue(decision.explain().contains("old"), decision.explain());
    }
  }

  @Test
  void aSelectorThatWasScrapedLongAgoIsOldAlthoughItIsAnsweredNow() throws Exception {
    try (RawServer server = new RawServer(this::answer)) {
      answers.put("cpu", series("a", 0, "5"));
      answers.put("timestamp(cpu)", series("a", 0, Long.toString(NOW.getEpochSecond() - 400)));
      ScalingDecision decision = decide(metrics(source(server).pool(Metric.CPU, "cpu").build(), 4));

      assertEquals(4, decision.desired());
      assertTrue(decision.explain().contains("old"), decision.explain());
    }
  }

  @Test
  void aClockThatIsALittleAheadIsForgivenAndOneThatIsFarAheadIsNot() throws Exception {
    try (RawServer server = new RawServer(this::answer)) {
      answers.put("sum(x)", series("", -4, "100").replace("\"instance\":\"\"", ""));
      assertEquals(
          8, decide(metrics(source(server).pool(Metric.CPU, "sum(x)").build(), 4)).desired());
      answers.put("sum(x)", series("", -6, "100").replace("\"instance\":\"\"", ""));
      assertEquals(
          4, decide(metrics(source(server).pool(Metric.CPU, "sum(x)").build(), 4)).desired());
      assertEquals(Kind.FROM_THE_FUTURE, failures.get(0).kind());
    }
  }

  @Test
  void knobsOfThePrometheusSourceAreChecked() {
    for (String bad : List.of("ftp://x", "http:///x", "prometheus:9090", "http://x/?a=b")) {
      assertThrows(
          IllegalArgumentException.class, () -> PrometheusSource.builder(URI.create(bad)), bad);
    }
    PrometheusSourceBuilder builder = PrometheusSource.builder(URI.create("http://x:9090"));
    assertThrows(IllegalArgumentException.class, builder::build);
    assertThrows(IllegalArgumentException.class, () -> builder.pool(Metric.CPU, " "));
    builder.pool(Metric.CPU, "x");
    assertThrows(IllegalArgumentException.class, () -> builder.pool(Metric.CPU, "y"));
    assertThrows(IllegalArgumentException.class, () -> builder.range(Metric.CPU, 5, 5));
    assertThrows(IllegalArgumentException.class, () -> builder.maxBytes(10));
    builder.sampledAt(Metric.MEMORY, "z");
    assertThrows(IllegalArgumentException.class, builder::build);
  }

  @Test
  void thisJvmIsAPoolOrAnInstance() throws Exception {
    JvmProbeTest.FakeBeans beans = new JvmProbeTest.FakeBeans();
    ScalingMetrics pool = metrics(new JvmSource(null, beans), 1);

    assertEquals(List.of(), pool.ids());
    assertTrue(pool.metrics().containsAll(List.of(Metric.MEMORY, JvmSource.HEAP)));
    assertEquals("cpu", failures.get(0).what(), "the first reading has no interval");
    ScalingMetrics instance = metrics(new JvmSource("a", beans), 1);
    assertEquals(List.of("a"), instance.ids());
    assertFalse(JvmSource.pool().equals(JvmSource.instance("a")));
  }
}
