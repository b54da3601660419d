package dev.steelyard.autoscale.loop;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.steelyard.autoscale.loop.PrometheusAnswer.Row;
import dev.steelyard.autoscale.loop.ReadFailure.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the answers of {@code /api/v1/query} as a stream. Fields may come in any order; those it
 * does not know are skipped, those it knows must have the type that the protocol gives them.
 *
 * <p>One parser reads one answer.
 */
final class PrometheusParser {
  private static final int DEEPEST = 32;

  /** Ten thousand years: a time beyond it is not a time. */
  private static final double LATEST_SECONDS = 253_402_300_800.0;

  /**
   * What servers since 2.50 add to a query they find odd ("metric might not be a counter"): a note
   * on the query, not on the data.
   */
  private static final String NOTE_ON_QUERY = "PromQL info:";

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // Names come from a server: none of them should stay with us.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
          .build();

  private final byte[] body;
  private final List<Row> rows = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private @Nullable String status;
  private @Nullable String errorType;
  private @Nullable String error;
  private @Nullable String resultType;
  private boolean hasResult;
  private @Nullable String oddity;

  private PrometheusParser(byte[] body) {
    this.body = body;
  }

  /** Returns the answer, or says in the exception what is wrong with it. */
  static PrometheusAnswer parse(byte[] body) throws ReadException {
    return new PrometheusParser(body).read();
  }

  private PrometheusAnswer read() throws ReadException {
    try (JsonParser json = JSON.createParser(body)) {
      expect(json.nextToken(), JsonToken.START_OBJECT, "the answer");
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        switch (name) {
          case "status" -> status = string(json, value, name);
          case "errorType" -> errorType = string(json, value, name);
          case "error" -> error = string(json, value, name);
          case "warnings" -> readWarnings(json, value);
          case "data" -> readData(json, value);
          default -> json.skipChildren();
        }
      }
      if (json.nextToken() != null) {
        throw malformed("there is more after the end of the answer");
      }
    } catch (ReadException known) {
      throw known;
    } catch (JsonProcessingException broken) {
      throw malformed(broken.getOriginalMessage() + "; it begins with '" + beginning() + "'");
    } catch (IOException broken) {
      throw malformed(Texts.of(broken) + "; it begins with '" + beginning() + "'");
    }
    return judge();
  }

  private PrometheusAnswer judge() throws ReadException {
    if ("error".equals(status)) {
      throw new ReadException(
          Kind.QUERY_FAILED,
          (errorType == null ? "error" : errorType)
              + ": "
              + (error == null ? "no reason given" : error));
    }
    if (!"success".equals(status)) {
      throw malformed("status is " + (status == null ? "absent" : "'" + status + "'"));
    }
    if (resultType == null || !hasResult) {
      throw malformed((resultType == null ? "resultType" : "result") + " is absent");
    }
    if (!resultType.equals("vector") && !resultType.equals("scalar")) {
      throw new ReadException(
          Kind.WRONG_TYPE, "the result is a " + resultType + ", not a vector or a scalar");
    }
    if (oddity != null) {
      throw new ReadException(Kind.WRONG_TYPE, oddity);
    }
    if (resultType.equals("scalar") && rows.size() != 1) {
      throw malformed("a scalar has " + rows.size() + " values");
    }
    return new PrometheusAnswer(rows, warnings);
  }

  private void readWarnings(JsonParser json, JsonToken value) throws IOException {
    if (value == JsonToken.VALUE_NULL) {
      return;
    }
    expect(value, JsonToken.START_ARRAY, "warnings");
    for (JsonToken item = json.nextToken(); item != JsonToken.END_ARRAY; item = json.nextToken()) {
      String warning = string(json, item, "warning");
      if (!warning.startsWith(NOTE_ON_QUERY)) {
        warnings.add(Texts.oneLine(warning));
      }
    }
  }

  private void readData(JsonParser json, JsonToken value) throws IOException {
    if (value == JsonToken.VALUE_NULL) {
      return;
    }
    expect(value, JsonToken.START_OBJECT, "data");
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken field = json.nextToken();
      switch (name) {
        case "resultType" -> resultType = string(json, field, name);
        case "result" -> readResult(json, field);
        default -> json.skipChildren();
      }
    }
  }

  private void readResult(JsonParser json, JsonToken value) throws IOException {
    expect(value, JsonToken.START_ARRAY, "result");
    hasResult = true;
    JsonToken item = json.nextToken();
    if (item != null && item.isNumeric()) {
      // [time, "value"]: a scalar, or a string, which is told by its type.
      double seconds = json.getDoubleValue();
      String text = string(json, json.nextToken(), "scalar");
      expect(json.nextToken(), JsonToken.END_ARRAY, "scalar");
      if (!"string".equals(resultType)) {
        rows.add(new Row(Map.of(), millis(seconds), number(text)));
      }
      return;
    }
    for (; item != JsonToken.END_ARRAY; item = json.nextToken()) {
      expect(item, JsonToken.START_OBJECT, "series");
      readSeries(json);
    }
  }

  private void readSeries(JsonParser json) throws IOException {
    Map<String, String> labels = new HashMap<>();
    @Nullable Row sample = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken field = json.nextToken();
      switch (name) {
        case "metric" -> {
          expect(field, JsonToken.START_OBJECT, "metric");
          while (json.nextToken() == JsonToken.FIELD_NAME) {
            String label = json.currentName();
            labels.put(label, string(json, json.nextToken(), "label " + label));
          }
        }
        case "value" -> {
          expect(field, JsonToken.START_ARRAY, "value");
          JsonToken time = json.nextToken();
          if (time == null || !time.isNumeric()) {
            throw malformed("the time of a sample is " + time);
          }
          double seconds = json.getDoubleValue();
          double value = number(string(json, json.nextToken(), "value"));
          expect(json.nextToken(), JsonToken.END_ARRAY, "value");
          sample = new Row(Map.of(), millis(seconds), value);
        }
        case "values", "histogram", "histograms" -> {
          oddity = "a series has " + name + ", not one value";
          json.skipChildren();
        }
        default -> json.skipChildren();
      }
    }
    if (sample != null) {
      rows.add(new Row(labels, sample.atMillis(), sample.value()));
    } else if (oddity == null) {
      throw malformed("a series has no value");
    }
  }

  private static long millis(double seconds) throws ReadException {
    if (!(seconds >= 0 && seconds < LATEST_SECONDS)) {
      throw malformed("the time of a sample is " + seconds + " s");
    }
    return Math.round(seconds * 1_000);
  }

  /** Go's text of a float. Java's own reader would also take "1d" and "0x1p3". */
  private static double number(String text) throws ReadException {
    return switch (text) {
      case "NaN" -> Double.NaN;
      case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> finite(text);
    };
  }

  private static double finite(String text) throws ReadException {
    boolean plain = !text.isEmpty();
    for (int i = 0; i < text.length(); i++) {
      plain &= "0123456789+-.eE".indexOf(text.charAt(i)) >= 0;
    }
    try {
      if (plain) {
        return Double.parseDouble(text);
      }
    } catch (NumberFormatException notOne) {
      // Refused below.
    }
    throw malformed("'" + Texts.oneLine(text) + "' is not a number");
  }

  private static String string(JsonParser json, @Nullable JsonToken token, String what)
      throws IOException {
    expect(token, JsonToken.VALUE_STRING, what);
    return json.getText();
  }

  private static void expect(@Nullable JsonToken token, JsonToken wanted, String what)
      throws ReadException {
    if (token != wanted) {
      throw malformed(what + " is " + (token == null ? "cut off" : token) + ", not " + wanted);
    }
  }

  private String beginning() {
    int length = Math.min(body.length, 40);
    return Texts.oneLine(new String(body, 0, length, StandardCharsets.UTF_8));
  }

  private static ReadException malformed(String message) {
    return new ReadException(Kind.MALFORMED, message);
  }
}
