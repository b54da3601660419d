package dev.steelyard.autoscale.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.steelyard.autoscale.testing.Vectors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Recorded workloads, read where they lie; each file by itself. */
class SharedTracesTest {
  @TestFactory
  Stream<DynamicTest> everyTraceCanBeRead() throws IOException {
    if (System.getProperty("steelyard.shared") == null) {
      return Stream.of(dynamicTest("traces", Vectors::shared));
    }
    List<Path> files;
    try (Stream<Path> all = Files.walk(Vectors.shared().resolve("traces"))) {
      files = all.filter(file -> file.toString().endsWith(".csv")).sorted().toList();
    }
    assertTrue(files.size() > 0);
    return files.stream()
        .map(file -> dynamicTest(file.getFileName().toString(), () -> check(file)));
  }

  private static void check(Path file) throws IOException {
    String first;
    try (var lines = Files.newBufferedReader(file)) {
      first = lines.readLine();
    }
    Trace trace =
        first.contains(",1,2,3,")
            ? Trace.readWide(file, Duration.ofMinutes(1), null)
            : Trace.read(file);
    assertTrue(trace.size() > 100, trace::toString);
    assertTrue(trace.max() > 0, trace::toString);
  }

  private static Path file(String name) {
    return Vectors.shared().resolve("traces").resolve(name);
  }

  @Test
  void theWorldCupHasItsPeak() throws IOException {
    Trace day = Trace.read(file("worldcup98/worldcup98_1998-06-30_day_per_minute.csv"));
    assertEquals(1440, day.size());
    assertEquals(Duration.ofMinutes(1), day.interval());
    assertEquals(2.152e5, day.max(), 50);
    assertEquals(5.223e4, day.mean(), 5);
  }

  @Test
  void gapsOfALoadBalancerAreFilledAndTold() throws IOException {
    Trace trace = Trace.read(file("nab/elb_request_count_8c0756.csv"));
    assertEquals(Duration.ofMinutes(5), trace.interval());
    assertEquals(656, trace.max());
    assertTrue(trace.size() > 4032);
    assertTrue(trace.notes().get(0).contains("were missing"), () -> trace.notes().toString());
  }

  @Test
  void aFunctionIsOneRow() throws IOException {
    Path file = file("azure/azure_functions_sample_invocations.csv");
    Trace all = Trace.readWide(file, Duration.ofMinutes(1), null);
    Trace queue =
        Trace.readWide(
            file,
            Duration.ofMinutes(1),
            "c13acdc7567b225971cef2416a3a2b03c8a4d8d154df48afe75834e2f5c59ddf");
    assertEquals(1440, all.size());
    assertEquals(5, queue.value(0));
    assertTrue(all.mean() > queue.mean());
  }

  @Test
  void logarithmsBecomeCounts() throws IOException {
    Trace views = Trace.read(file("prophet/example_wp_log_peyton_manning.csv")).map(Math::exp);
    assertEquals(Duration.ofDays(1), views.interval());
    assertEquals(Math.exp(9.59076113897809), views.value(0), 1e-6);
  }
}
