package dev.steelyard.autoscale.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.loop.PrometheusReader.Result;
import dev.steelyard.autoscale.loop.ReadFailure.Kind;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nothing here is invented: what a real server answers. */
@Timeout(120)
class RealPrometheusTest {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private static PrometheusReader reader(PrometheusProcess prometheus) {
    return new PrometheusReader(
        HTTP, prometheus.uri(), Map.of(), Duration.ofSeconds(10), 1_000_000);
  }

  private static Readings read(
      PrometheusProcess prometheus, String query, @Nullable String label, double max)
      throws InterruptedException {
    @Nullable String times = PrometheusQuery.timesOf(query);
    PrometheusQuery asked = new PrometheusQuery("m", query, times, label, 0, max);
    List<Result> results =
        reader(prometheus).ask(times == null ? List.of(query) : List.of(query, times));
    return asked.judge(
        results.get(0),
        times == null ? null : results.get(1),
        System.currentTimeMillis() + 5_000,
        false);
  }

  @Test
  void whatARealServerAnswersIsReadAsItIs(@TempDir Path folder) throws Exception {
    try (PrometheusProcess prometheus = PrometheusProcess.start(folder)) {
      long old = System.currentTimeMillis() - 100_000;
      prometheus.export(
          """
          cpu{instance="a:1"} 81.5
          cpu{instance="b:1"} 12
          queue 7
          broken{instance="a:1"} NaN
          broken{instance="b:1"} -5
          broken{instance="c:1"} +Inf
          late{instance="a:1"} 3 %d
          """
              .formatted(old));
      prometheus.await(
          "scraped", () -> !read(prometheus, "cpu", "instance", 100).values().isEmpty());

      Readings cpu = read(prometheus, "cpu{job=\"orders\"}", "instance", 100);
      assertEquals(Set.of("a:1", "b:1"), cpu.values().keySet());
      assertEquals(81.5, cpu.values().get("a:1").value());
      assertEquals(List.of(), cpu.failures());

      assertEquals(7, read(prometheus, "sum(queue)", null, 1e9).values().get("").value());
      assertEquals(7, read(prometheus, "scalar(queue)", null, 1e9).values().get("").value());

      // The answer's own time would say that this sample is of now.
      Readings late = read(prometheus, "late", "instance", 100);
      assertEquals(old, late.values().get("a:1").atMillis());

      Readings broken = read(prometheus, "broken", "instance", 100);
      assertEquals(Map.of(), broken.values());
      assertEquals(
          Map.of(
              "m[a:1]", Kind.NOT_A_NUMBER,
              "m[b:1]", Kind.OUT_OF_RANGE,
              "m[c:1]", Kind.NOT_A_NUMBER),
          broken.failures().stream()
              .collect(java.util.stream.Collectors.toMap(ReadFailure::what, ReadFailure::kind)));

      assertKind(Kind.EMPTY, read(prometheus, "no_such_metric", "instance", 100));
      assertKind(Kind.AMBIGUOUS, read(prometheus, "cpu * 1", null, 100));
      assertKind(Kind.UNLABELLED, read(prometheus, "sum(cpu)", "instance", 1_000));
      assertKind(Kind.WRONG_TYPE, read(prometheus, "cpu[1m]", "instance", 100));
      assertKind(Kind.WRONG_TYPE, read(prometheus, "\"text\"", null, 100));
      assertKind(Kind.QUERY_FAILED, read(prometheus, "sum(cpu", null, 100));
      assertKind(Kind.NOT_A_NUMBER, read(prometheus, "vector(0) / vector(0)", null, 100));

      // A failed scrape makes the series stale at once.
      prometheus.stopExporter();
      prometheus.await("stale", () -> read(prometheus, "cpu", "instance", 100).values().isEmpty());
      assertKind(Kind.EMPTY, read(prometheus, "cpu", "instance", 100));
      // One with a time of its own is not: only its age tells.
      assertEquals(old, read(prometheus, "late", "instance", 100).values().get("a:1").atMillis());
    }
  }

  private static void assertKind(Kind kind, Readings readings) {
    assertEquals(Map.of(), readings.values());
    assertEquals(
        List.of(kind), readings.failures().stream().map(ReadFailure::kind).distinct().toList());
  }

  @Test
  void aServerThatIsKilledIsUnreachable(@TempDir Path folder) throws Exception {
    PrometheusProcess prometheus = PrometheusProcess.start(folder);
    try (prometheus) {
      prometheus.await(
          "listening",
          () -> reader(prometheus).ask(List.of("1")).get(0) instanceof Result.Answered);
    }

    Result result = reader(prometheus).ask(List.of("1")).get(0);

    assertEquals(Kind.UNREACHABLE, assertInstanceOf(Result.Failed.class, result).why().kind());
    assertTrue(prometheus.uri().getPort() > 0);
  }

  @Test
  void aLoopFollowsARealServerAndKeepsItsFleetWhenThatDies(@TempDir Path folder) throws Exception {
    AtomicInteger fleet = new AtomicInteger(2);
    BlockingQueue<ReadFailure> failures = new LinkedBlockingQueue<>();
    PrometheusProcess prometheus = PrometheusProcess.start(folder);
    PrometheusSource source =
        PrometheusSource.builder(prometheus.uri())
            .perInstance(Metric.CPU, "cpu", "instance", Duration.ZERO)
            .build();
    try (AutoScaler scaler =
        AutoScaler.builder("real", Fixture.POLICY, ScalingTarget.of(fleet::get, fleet::set))
            .source(source)
            .interval(Duration.ofMillis(200))
            .shortestWait(Duration.ofMillis(100))
            .listener(
                new AutoScalerListener() {
                  @Override
                  public void onReadFailure(ReadFailure failure) {
                    failures.add(failure);
                  }
                })
            .build()) {
      try (prometheus) {
        prometheus.export("cpu{instance=\"a:1\"} 90\ncpu{instance=\"b:1\"} 90\n");
        scaler.start();
        prometheus.await("the fleet has grown", () -> fleet.get() == 4);
      }
      failures.clear();
      ReadFailure failure = failures.take();
      while (failure.kind() == Kind.EMPTY || failure.kind() == Kind.TIMEOUT) {
        failure = failures.take();
      }

      assertEquals(Kind.UNREACHABLE, failure.kind());
      assertEquals(4, fleet.get());
    }
  }
}
