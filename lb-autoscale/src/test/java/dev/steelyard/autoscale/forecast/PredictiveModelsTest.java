package dev.steelyard.autoscale.forecast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.steelyard.autoscale.Formula;
import dev.steelyard.autoscale.Proof;
import dev.steelyard.autoscale.forecast.ForecastException.Reason;
import dev.steelyard.autoscale.forecast.HoltWinters.Component;
import dev.steelyard.autoscale.testing.Vectors;
import java.time.Instant;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The models against statsmodels, numpy and PHPA: every case of predictive_models.json. */
class PredictiveModelsTest {
  private static final String FILE = "predictive_models";

  @TestFactory
  Stream<DynamicTest> smoothingForecastsAsStatsmodels() {
    return Vectors.cases(
        FILE,
        "smoothing",
        c -> {
          JsonNode series = Vectors.file(FILE).path("series").path(c.path("series").asText());
          double[] values = doubles(series.path("values"));
          int period = c.path("seasonal").isNull() ? 0 : series.path("period").asInt();
          HoltWinters model = model(c, period);
          Smoothing known =
              model.startFrom(
                  c.at("/initial/level").asDouble(),
                  c.at("/initial/trend").asDouble(),
                  seasons(values, period, c));
          for (double value : values) {
            known.update(value);
          }
          checkForecast(c, known.forecast(c.path("steps").asInt()), values);
          assertClose(c.path("sseOneStep").asDouble(), known.sumOfSquaredErrors(), 1e-9);
          assertClose(known.ahead(7), known.forecast(7).value(7), 1e-12);
          // Our own starting values are those of the file.
          checkForecast(c, model.forecast(values, c.path("steps").asInt()), values);
        });
  }

  @TestFactory
  Stream<DynamicTest> trendsAsLeastSquares() {
    return Vectors.cases(
        FILE,
        "olsTrend",
        c -> {
          int last = c.path("lastN").asInt();
          int ahead = c.path("stepsAhead").asInt();
          double[] all = series(c);
          double[] recent = Arrays.copyOfRange(all, all.length - last, all.length);
          TrendLine line = TrendLine.fit(recent);
          assertClose(c.path("intercept").asDouble(), line.intercept(), 1e-12);
          assertClose(c.path("slope").asDouble(), line.slope(), 1e-10);
          assertClose(c.path("r2").asDouble(), line.r2(), 1e-10);
          assertClose(c.path("residualStdErr").asDouble(), line.residualStdErr(), 1e-12);
          assertClose(c.path("tQuantile").asDouble(), StudentT.twoSided95(last - 2), 1e-12);
          Forecast forecast = LinearTrend.last(last).forecast(all, ahead);
          assertClose(c.path("forecast").asDouble(), forecast.value(ahead), 1e-12);
          assertClose(c.at("/predictionInterval95/0").asDouble(), forecast.lower(ahead), 1e-11);
          assertClose(c.at("/predictionInterval95/1").asDouble(), forecast.upper(ahead), 1e-11);
        });
  }

  @TestFactory
  Stream<DynamicTest> seasonalNaiveErrors() {
    return Vectors.cases(
        FILE,
        "seasonalNaive",
        c -> {
          int period = c.path("period").asInt();
          Backtest test = Backtest.run(SeasonalNaive.of(period), series(c), period, 1, 1);
          ForecastError error = test.error();
          assertEquals(c.path("pairs").asInt(), error.count());
          assertClose(c.path("mae").asDouble(), error.mae(), 1e-12);
          assertClose(c.path("rmse").asDouble(), error.rmse(), 1e-12);
          assertClose(c.path("mapePercent").asDouble(), 100 * error.mape(), 1e-12);
          assertClose(c.path("wapePercent").asDouble(), 100 * error.wape(), 1e-12);
        });
  }

  @TestFactory
  Stream<DynamicTest> linesAsPhpa() {
    return Vectors.cases(
        FILE,
        "phpaLinear",
        c -> {
          JsonNode history = c.path("history");
          double[] times = new double[history.size()];
          double[] counts = new double[history.size()];
          for (int i = 0; i < times.length; i++) {
            times[i] = Instant.parse(history.path(i).path("time").asText()).toEpochMilli();
            counts[i] = history.path(i).path("replicas").asDouble();
          }
          double search =
              Instant.parse(c.path("now").asText()).toEpochMilli()
                  + c.path("lookAheadMillis").asDouble();
          double forecast = TrendLine.fit(times, counts).at(search);
          assertClose(c.path("rawForecast").asDouble(), forecast, 1e-9);
          assertEquals(c.path("expectedReplicas").asInt(), count(forecast));
        });
  }

  @TestFactory
  Stream<DynamicTest> holtWintersAsPhpa() {
    return Vectors.cases(
        FILE,
        "phpaHoltWinters",
        c -> {
          int period = c.path("seasonalPeriods").asInt();
          JsonNode initial = c.path("initialStatesUsedByStatsmodels");
          Smoothing state =
              model(c, period)
                  .startFrom(
                      initial.path("level").asDouble(),
                      initial.path("trend").asDouble(),
                      doubles(initial.path("seasons")));
          for (double value : doubles(c.path("series"))) {
            state.update(value);
          }
          double forecast = state.ahead(c.path("steps").asInt());
          assertClose(c.path("rawForecast").asDouble(), forecast, 1e-12);
          assertEquals(c.path("expectedReplicas").asInt(), count(forecast));
        });
  }

  @TestFactory
  Stream<DynamicTest> tooShortAHistoryIsRefusedAsInPhpa() {
    Pattern rule =
        Pattern.compile("n < (?:(\\d+) \\+ )?(\\d+)\\s*\\*\\s*(floor\\()?period(/2\\))? -> error");
    return Vectors.cases(
        FILE,
        "phpaHoltWintersErrors",
        c -> {
          Matcher m = rule.matcher(c.path("rule").asText());
          assertTrue(m.matches(), () -> "a rule of another form: " + c.path("rule"));
          for (int period : new int[] {2, 3, 7, 24}) {
            int least =
                (m.group(1) == null ? 0 : Integer.parseInt(m.group(1)))
                    + Integer.parseInt(m.group(2)) * (m.group(3) == null ? period : period / 2);
            double[] history = new double[least - 1];
            ForecastException e =
                assertThrows(
                    ForecastException.class, () -> HoltWinters.of(period).forecast(history, 1));
            assertEquals(Reason.TOO_SHORT, e.reason());
          }
        });
  }

  /** Rounded up as decisions are: 0.999999999999999 is 1, and so is 1.0000000000001. */
  private static int count(double forecast) {
    return (int) Proof.Step.of(Proof.Stage.READ, "", Formula.ROUND_UP, null, forecast).output();
  }

  private static void checkForecast(JsonNode c, Forecast forecast, double[] values) {
    double scale = Arrays.stream(values).map(Math::abs).max().orElse(1);
    for (int h = 1; h <= forecast.steps(); h++) {
      double expected = c.at("/expectedForecast/" + (h - 1)).asDouble();
      for (int i = 0; i < c.path("stepsToSkip").size(); i++) {
        if (c.at("/stepsToSkip/" + i).asInt() == h) {
          expected = c.at("/correctedValueAtSkippedSteps/" + i).asDouble();
        }
      }
      assertEquals(expected, forecast.value(h), 1e-12 * scale + 1e-9, "step " + h);
    }
  }

  private static HoltWinters model(JsonNode c, int period) {
    HoltWinters model =
        (period == 0
                ? HoltWinters.withoutSeason()
                : HoltWinters.of(period).withSeason(component(c.path("seasonal"))))
            .withTrend(component(c.path("trend")));
    return model
        .withSmoothing(
            c.path("alpha").asDouble(), c.path("beta").asDouble(), c.path("gamma").asDouble())
        .withDamping(c.path("phi").asDouble(1));
  }

  private static double[] seasons(double[] values, int period, JsonNode c) {
    double[] seasons = Arrays.copyOf(values, period);
    double level = Arrays.stream(seasons).average().orElse(0);
    boolean ratio = c.path("seasonal").asText().equals("mul");
    for (int i = 0; i < period; i++) {
      seasons[i] = ratio ? seasons[i] / level : seasons[i] - level;
    }
    return seasons;
  }

  private static Component component(JsonNode name) {
    return switch (name.asText()) {
      case "add" -> Component.ADDITIVE;
      case "mul" -> Component.MULTIPLICATIVE;
      default -> Component.NONE;
    };
  }

  private static double[] series(JsonNode c) {
    return doubles(
        Vectors.file(FILE).path("series").path(c.path("series").asText()).path("values"));
  }

  private static double[] doubles(JsonNode list) {
    double[] values = new double[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.path(i).asDouble();
    }
    return values;
  }

  private static void assertClose(double expected, double actual, double relative) {
    assertEquals(expected, actual, relative * Math.max(1, Math.abs(expected)));
  }
}
