package dev.steelyard.autoscale.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.Proposal;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingReason;
import dev.steelyard.autoscale.ScalingRule;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.rules.TargetTracking;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class ReplayTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration DAY = Duration.ofDays(1);

  static ScalingPolicy tracking(String name, double target) {
    return ScalingPolicy.builder()
        .name(name)
        .bounds(1, 100)
        .rule(TargetTracking.of(Metric.CPU, target))
        .build();
  }

  /** A policy that holds, and shows what it sees. */
  private static ScalingPolicy watching(Metric metric, List<Double> seen) {
    ScalingRule rule =
        new ScalingRule() {
          @Override
          public String name() {
            return "watch";
          }

          @Override
          public Proposal propose(Evaluation evaluation) {
            var reading = evaluation.reading(metric);
            seen.add(reading.isKnown() ? reading.value() : Double.NaN);
            return Proposal.unknown(MissingData.hold(), "only watching");
          }
        };
    return ScalingPolicy.builder().bounds(0, 100).rule(rule).build();
  }

  private static Trace load(double... values) {
    return Trace.of("load", Instant.EPOCH, MINUTE, values);
  }

  private static final ScalingPolicy STATIC =
      ScalingPolicy.builder().name("static").bounds(4, 4).build();

  @Test
  void aStaticFleetComesToWhatCanBeCalculated() {
    // four instances of 10/s for an hour; 20/s for half of it, then 50/s
    Trace trace = Synthetic.step(Duration.ofHours(1), MINUTE, 20, 50, Duration.ofMinutes(30));
    ServiceModel model = ServiceModel.capacity(10).initialInstances(4).price(0.25).build();
    ReplaySummary summary = Replay.run(STATIC, trace, model).summary();
    assertEquals(4, summary.instanceHours(), 1e-9);
    assertEquals(1, summary.cost(), 1e-9);
    assertEquals(0, summary.adaptations());
    assertEquals(0.5, summary.saturatedShare(), 1e-9);
    assertEquals(10.0 / 70, summary.lostShare(), 1e-9);
    // demand is 20/8 -> 3, then 50/8 -> 7
    assertEquals(0.5 * 3, summary.elasticity().accuracyUnder(), 1e-9);
    assertEquals(0.5 * 1, summary.elasticity().accuracyOver(), 1e-9);
    assertEquals(0.5 * 3 / 7, summary.elasticity().normalizedUnder(), 1e-9);
    assertEquals(0.5 * 1 / 3, summary.elasticity().normalizedOver(), 1e-9);
    assertEquals(0.5, summary.elasticity().timeShareUnder(), 1e-9);
    assertEquals(Duration.ofMinutes(30), summary.reactionMax());
    assertEquals(4, summary.peakInstances());
  }

  @Test
  void newInstancesAreReadyOneStartUpAfterTheOrder() {
    // 30/s arrives at interval 2, is measured until 3, ordered at 3, ready at 5
    ServiceModel model =
        ServiceModel.capacity(10).startup(MINUTE.multipliedBy(2)).initialInstances(1).build();
    ReplayResult result = Replay.run(tracking("t", 70), load(7, 7, 30, 30, 30, 30, 30, 30), model);
    assertEquals(List.of(1, 1, 1, 2), ordered(result).subList(0, 4));
    assertEquals(1, result.ready(4));
    assertEquals(2, result.ready(5));
    assertEquals(
        new ReplayResult.Change(
            3, Instant.EPOCH.plus(MINUTE.multipliedBy(3)), 1, 2, List.of(ScalingReason.CPU)),
        result.changes().get(0));
  }

  @Test
  void theExampleOfTheDocumentationIsTrue() {
    ServiceModel model =
        ServiceModel.capacity(10).startup(MINUTE.multipliedBy(2)).initialInstances(1).build();
    Trace trace = load(7, 7, 30, 30, 30, 30, 30);
    ReplayResult result = Replay.run(tracking("cpu", 70), trace, model);
    assertEquals(List.of(1, 1, 1, 2, 2, 2, 3), ordered(result));
    assertEquals(4, result.demand(2));
    assertEquals(20 * 60, result.lost(2), 1e-9);
    assertEquals(1, result.ready(4));
    assertEquals(2, result.ready(5));
    ScalingPolicy rate =
        ScalingPolicy.builder()
            .bounds(1, 100)
            .rule(TargetTracking.of(Metric.REQUEST_RATE, 7))
            .build();
    assertEquals(5, Replay.run(rate, trace, model).ordered(3));
  }

  private static List<Integer> ordered(ReplayResult result) {
    List<Integer> all = new ArrayList<>();
    for (int i = 0; i < result.size(); i++) {
      all.add(result.ordered(i));
    }
    return all;
  }

  @Test
  void thePolicySeesMetricsOfTheIntervalBeforeAndTheirDelay() {
    List<Double> seen = new ArrayList<>();
    ServiceModel.Builder model = ServiceModel.capacity(10).initialInstances(2);
    Replay.run(watching(Metric.REQUEST_RATE, seen), load(1, 2, 3, 4), model.build());
    assertEquals(List.of(1.0, 2.0, 3.0), seen);
    seen.clear();
    Replay.run(
        watching(Metric.REQUEST_RATE, seen),
        load(1, 2, 3, 4),
        model.metricDelay(Duration.ofSeconds(61)).build());
    assertEquals(List.of(Double.NaN, Double.NaN, 1.0), seen);
  }

  @Test
  void thePolicySeesEveryMetricOfTheModel() {
    Trace trace = load(1200, 1200); // a minute; 20/s
    ToDoubleFunction<Metric> second =
        metric -> {
          List<Double> seen = new ArrayList<>();
          ServiceModel model =
              ServiceModel.capacity(600, MINUTE)
                  .cpu(10, 90)
                  .memory(40, 60)
                  .initialInstances(1)
                  .queueLimit(300)
                  .loadAs(Metric.custom("orders", Metric.Kind.PROPORTIONAL_TOTAL))
                  .responseQuantile(0.99)
                  .build();
          Replay.run(watching(metric, seen), trace, model);
          return seen.get(0);
        };
    assertEquals(90, second.applyAsDouble(Metric.CPU));
    assertEquals(60, second.applyAsDouble(Metric.MEMORY));
    assertEquals(20, second.applyAsDouble(Metric.REQUEST_RATE));
    assertEquals(25, second.applyAsDouble(Metric.ERROR_RATE)); // 600 do not fit, 300 wait
    assertTrue(second.applyAsDouble(Metric.QUEUE_DEPTH) >= 300);
    assertEquals(
        1, second.applyAsDouble(Metric.IN_FLIGHT) - second.applyAsDouble(Metric.QUEUE_DEPTH), 1e-9);
    assertEquals(
        1200, second.applyAsDouble(Metric.custom("orders", Metric.Kind.PROPORTIONAL_TOTAL)));
    assertTrue(second.applyAsDouble(Metric.responseTime("p99")) > 15_000); // half of 300 at 10/s
    assertEquals(Double.NaN, second.applyAsDouble(Metric.responseTime("p95")));
  }

  @Test
  void whatIsHiddenFromThePolicyIsMissing() {
    List<Double> seen = new ArrayList<>();
    ServiceModel model = ServiceModel.capacity(10).seeing(Metric.MEMORY).build();
    Replay.run(watching(Metric.CPU, seen), load(1, 1), model);
    Replay.run(watching(Metric.MEMORY, seen), load(0, 0), model);
    assertEquals(List.of(Double.NaN, 30.0), seen);
  }

  @Test
  void noiseIsTheSameForEveryPolicyAndOnlySeen() {
    ServiceModel model = ServiceModel.capacity(10).initialInstances(2).noise(0.2, 5).build();
    List<Double> first = new ArrayList<>();
    List<Double> second = new ArrayList<>();
    ReplayResult result = Replay.run(watching(Metric.REQUEST_RATE, first), load(5, 5, 5), model);
    Replay.run(watching(Metric.REQUEST_RATE, second), load(5, 5, 5), model);
    assertEquals(first, second);
    assertNotEquals(List.of(5.0, 5.0), first);
    assertEquals(300, result.served(1), 1e-9);
  }

  @Test
  void failedInstancesAreReplacedAfterAStartUp() {
    ServiceModel model =
        ServiceModel.capacity(10)
            .initialInstances(4)
            .startup(MINUTE.multipliedBy(3))
            .failures(Duration.ofMinutes(40), 3)
            .build();
    ReplayResult result = Replay.run(STATIC, Synthetic.constant(DAY, MINUTE, 20), model);
    double missing = 0;
    for (int i = 0; i < result.size(); i++) {
      assertEquals(4, result.ordered(i));
      missing += 4 - result.ready(i);
    }
    // ready = 4 * 40 / (40 + 3) in the mean
    assertEquals(4 * 3 / 43.0, missing / result.size(), 0.06);
  }

  @Test
  void withoutAnInstanceNothingIsServedAndCpuIsMissing() {
    List<Double> seen = new ArrayList<>();
    ServiceModel model = ServiceModel.capacity(10).initialInstances(0).queueLimit(400).build();
    ReplayResult result = Replay.run(watching(Metric.CPU, seen), load(5, 5, 5), model);
    assertEquals(List.of(Double.NaN, Double.NaN), seen);
    assertEquals(300, result.backlog(0), 1e-9);
    assertEquals(400, result.backlog(2), 1e-9);
    assertEquals(500, result.lost(1) + result.lost(2), 1e-9);
    assertTrue(Double.isNaN(result.responseMillis(0)));
  }

  @Test
  void everyDecisionCanBeMadeAgain() {
    List<ScalingDecision> made = new ArrayList<>();
    ScalingPolicy inner = tracking("t", 60);
    ScalingRule spy =
        new ScalingRule() {
          @Override
          public String name() {
            return "spy";
          }

          @Override
          public Proposal propose(Evaluation evaluation) {
            if (made.size() < 1439) {
              made.add(inner.decide(evaluation.state(), evaluation.metrics()));
            }
            return inner.rules().get(0).propose(evaluation);
          }
        };
    ScalingPolicy policy = ScalingPolicy.builder().bounds(1, 100).rule(spy).build();
    Trace trace = Synthetic.daily(DAY, MINUTE, 20, 400).withNoise(0.1, 4);
    ReplayResult result = Replay.run(policy, trace, ServiceModel.capacity(10).build());
    for (int tick : new int[] {1, 2, 511, 512, 513, 1023, 1024, 1300, 1439}) {
      ScalingDecision again = result.decision(tick);
      assertEquals(result.ordered(tick), again.desired(), () -> "tick " + tick);
      assertEquals(result.ordered(tick - 1), again.current());
      assertEquals(made.get(tick - 1).metrics().time(), again.metrics().time());
      assertEquals(again.desired(), again.proof().replay());
    }
    assertThrows(IndexOutOfBoundsException.class, () -> result.decision(0));
    assertThrows(IndexOutOfBoundsException.class, () -> result.decision(1440));
  }

  @Test
  void countsReversalsWithinTenMinutesOnly() {
    int[] wanted = {1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 2};
    ScalingRule rule =
        new ScalingRule() {
          @Override
          public String name() {
            return "script";
          }

          @Override
          public Proposal propose(Evaluation evaluation) {
            int minute = (int) (evaluation.now() / 60_000);
            return Proposal.size("script", wanted[minute]);
          }
        };
    ScalingPolicy policy =
        ScalingPolicy.builder().bounds(1, 9).rule(rule).scaleDown(DirectionLimits.none()).build();
    ReplaySummary summary =
        Replay.run(policy, load(new double[18]), ServiceModel.capacity(1).build()).summary();
    // up, down (reversal), 13 minutes later up (none), up, down (reversal)
    assertEquals(5, summary.adaptations());
    assertEquals(2, summary.reversals());
    assertEquals(0.4, summary.oscillation(), 1e-12);
    assertEquals(5 * 80, summary.adaptationsPerDay(), 1e-9);
  }

  @Test
  void sumsUpAPart() {
    Trace trace = Synthetic.step(Duration.ofHours(1), MINUTE, 20, 50, Duration.ofMinutes(30));
    ServiceModel model = ServiceModel.capacity(10).initialInstances(4).build();
    ReplayResult result = Replay.run(STATIC, trace, model);
    assertEquals(1, result.summary(30, 60).saturatedShare());
    assertEquals(0, result.summary(0, 30).saturatedShare());
    assertEquals(result.summary(), result.summary(0, 60));
    assertThrows(IllegalArgumentException.class, () -> result.summary(30, 30));
    assertThrows(IllegalArgumentException.class, () -> result.summary(0, 61));
  }

  @Test
  void twoPoliciesPartWhereTheyFirstOrderDifferently() throws IOException {
    Trace trace = Synthetic.ramp(Duration.ofHours(2), MINUTE, 20, 100);
    ServiceModel model = ServiceModel.capacity(10).build();
    ReplayComparison comparison =
        Replay.compare(tracking("lazy", 80), tracking("eager", 60), trace, model);
    int tick = comparison.firstDifference().orElseThrow();
    for (int i = 0; i < tick; i++) {
      assertEquals(comparison.first().ordered(i), comparison.second().ordered(i));
    }
    assertNotEquals(comparison.first().ordered(tick), comparison.second().ordered(tick));
    assertEquals(
        comparison.second().summary().cost() - comparison.first().summary().cost(),
        comparison.costDifference(),
        1e-12);
    assertTrue(comparison.costDifference() > 0);
    assertTrue(comparison.differences() > 1);
    assertFalse(comparison.isWithin(0, 1));
    assertTrue(comparison.isWithin(1, 0));
    assertTrue(comparison.toText().contains(comparison.first().decision(tick).explain()));
    assertTrue(comparison.toText().contains(comparison.second().decision(tick).explain()));
    StringWriter json = new StringWriter();
    comparison.writeJson(json, true);
    JsonNode node = new ObjectMapper().readTree(json.toString());
    assertEquals(tick, node.at("/firstDifference/tick").asInt());
    assertEquals(120, node.at("/second/timeline/load").size());
    assertEquals(
        comparison.second().decision(tick).explain(),
        node.at("/firstDifference/second/explanation").asText());
  }

  @Test
  void aPolicyDoesNotDifferFromItself() {
    Trace trace = Synthetic.ramp(Duration.ofHours(2), MINUTE, 20, 100);
    ReplayComparison comparison =
        Replay.compare(
            tracking("a", 60), tracking("b", 60), trace, ServiceModel.capacity(10).build());
    assertTrue(comparison.firstDifference().isEmpty());
    assertEquals(0, comparison.differences());
    assertTrue(comparison.isWithin(0, 0));
    assertTrue(comparison.toText().contains("They never differ."));
  }

  @Test
  void writesJsonThatSaysTheSame() throws IOException {
    Trace trace = Synthetic.daily(DAY, MINUTE, 10, 200);
    ReplayResult result = Replay.run(tracking("t", 70), trace, ServiceModel.capacity(10).build());
    StringWriter json = new StringWriter();
    result.writeJson(json, true);
    JsonNode node = new ObjectMapper().readTree(json.toString());
    assertEquals(
        result.summary().instanceHours(), node.at("/result/summary/instanceHours").asDouble());
    assertEquals(result.changes().size(), node.at("/result/changes").size());
    assertEquals(result.ready(700), node.at("/result/timeline/ready/700").asInt());
    assertEquals("CPU", node.at("/result/changes/0/reasons/0").asText());
    StringWriter brief = new StringWriter();
    result.writeJson(brief, false);
    assertTrue(
        new ObjectMapper().readTree(brief.toString()).at("/result/timeline").isMissingNode());
  }

  @Test
  void drawsAPictureThatIsWellFormedAndTellsEveryReason() throws Exception {
    Trace trace = Synthetic.daily(DAY, MINUTE, 10, 200).named("<b> & \"c\"");
    ReplayResult result =
        Replay.run(tracking("a < b", 70), trace, ServiceModel.capacity(10).build());
    Document svg = parse(result.toSvg());
    int told = 0;
    var titles = svg.getElementsByTagName("title");
    for (int i = 1; i < titles.getLength(); i++) {
      String words = titles.item(i).getTextContent();
      told += words.contains(" decisions\n") ? Integer.parseInt(words.split(" ")[0]) : 1;
      assertTrue(words.contains("CPU") || words.contains("["), words);
    }
    assertEquals(result.changes().size(), told);
    assertEquals("a < b on <b> & \"c\"", titles.item(0).getTextContent());
    assertFalse(result.toSvg().contains("<script"));
    assertTrue(result.toHtml().contains("&lt;b&gt; &amp; &quot;c&quot;"));
    ReplayComparison both =
        Replay.compare(
            tracking("x", 70), tracking("y", 50), trace, ServiceModel.capacity(10).build());
    parse(both.toSvg());
    assertTrue(both.toHtml().contains("Where they part"));
  }

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }

  @Test
  void aSpikeOfOneMinuteIsStillInThePictureOfAYear() {
    double[] values = new double[525_600];
    values[400_000] = 77;
    Columns columns = new Columns(values.length, 1098);
    double greatest = 0;
    int last = 0;
    for (int i = 0; i < columns.count; i++) {
      assertTrue(columns.first(i + 1) > columns.first(i));
      greatest = Math.max(greatest, columns.greatest(i, j -> values[j]));
      last = columns.first(i + 1);
    }
    assertEquals(77, greatest);
    assertEquals(values.length, last);
    assertEquals(77.0 / 478, columns.mean(835, j -> values[j]), 0.01);
  }

  @Test
  void refusesWhatCannotBeReplayed() {
    assertThrows(
        IllegalArgumentException.class,
        () -> Replay.run(STATIC, load(1e12), ServiceModel.capacity(10).build()));
    assertEquals(
        "responseLimit must be at least the service time, 100 ms, was 99 ms",
        assertThrows(
                IllegalArgumentException.class,
                () -> ServiceModel.capacity(10).responseLimit(Duration.ofMillis(99)).build())
            .getMessage());
    assertThrows(IllegalArgumentException.class, () -> ServiceModel.capacity(0));
    assertThrows(IllegalArgumentException.class, () -> ServiceModel.capacity(1).cpu(50, 50));
    assertEquals(
        "targetUtilization must be in (0, 1], was 70.0",
        assertThrows(
                IllegalArgumentException.class,
                () -> ServiceModel.capacity(1).targetUtilization(70))
            .getMessage());
  }
}
