package dev.steelyard.autoscale.forecast;

import dev.steelyard.autoscale.forecast.HoltWinters.Component;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Models as texts: {@code kind(key=value,key=value)}. */
final class ModelNames {
  static final String LINEAR = "linear-trend";
  static final String THEIL_SEN = "theil-sen";
  static final String EWMA = "ewma";
  static final String SEASONAL = "seasonal-naive";
  static final String HOLT_WINTERS = "holt-winters";

  private final String name;
  private final Map<String, String> parameters = new LinkedHashMap<>();

  private ModelNames(String name) {
    this.name = name;
  }

  static String of(HoltWinters model) {
    StringBuilder text = new StringBuilder(HOLT_WINTERS).append('(');
    if (model.period() > 0) {
      text.append("period=").append(model.period()).append(',');
    }
    text.append("trend=").append(word(model.trend()));
    if (model.season() != Component.NONE) {
      text.append(",season=").append(word(model.season()));
    }
    text.append(",alpha=").append(model.alpha());
    if (model.trend() != Component.NONE) {
      text.append(",beta=").append(model.beta());
    }
    if (model.season() != Component.NONE) {
      text.append(",gamma=").append(model.gamma());
    }
    if (model.trend() != Component.NONE) {
      text.append(",phi=").append(model.phi());
    }
    return text.append(')').toString();
  }

  static ForecastModel parse(String text) {
    ModelNames names = new ModelNames(text);
    String trimmed = text.trim().toLowerCase(Locale.ROOT);
    int open = trimmed.indexOf('(');
    String kind = open < 0 ? trimmed : trimmed.substring(0, open).trim();
    if (open >= 0) {
      if (!trimmed.endsWith(")")) {
        throw names.bad("must end with ')'");
      }
      names.read(trimmed.substring(open + 1, trimmed.length() - 1));
    }
    ForecastModel model = names.model(kind);
    if (!names.parameters.isEmpty()) {
      throw names.bad("has no parameter " + names.parameters.keySet().iterator().next());
    }
    return model;
  }

  private ForecastModel model(String kind) {
    return switch (kind) {
      case LINEAR -> LinearTrend.last(whole("last", null));
      case THEIL_SEN -> LinearTrend.robust(whole("last", null));
      case EWMA -> Ewma.of(number("alpha", null));
      case SEASONAL ->
          SeasonalNaive.of(whole("period", null)).withNeighbours(whole("neighbours", 0));
      case HOLT_WINTERS -> holtWinters();
      default ->
          throw bad(
              "must be one of "
                  + String.join(", ", LINEAR, THEIL_SEN, EWMA, SEASONAL, HOLT_WINTERS));
    };
  }

  private HoltWinters holtWinters() {
    boolean seasonal = parameters.containsKey("period");
    HoltWinters model =
        seasonal ? HoltWinters.of(whole("period", null)) : HoltWinters.withoutSeason();
    if (parameters.containsKey("season")) {
      model = model.withSeason(component("season"));
    }
    if (parameters.containsKey("trend")) {
      model = model.withTrend(component("trend"));
    }
    boolean trend = model.trend() != Component.NONE;
    return model
        .withSmoothing(
            number("alpha", model.alpha()),
            trend ? number("beta", model.beta()) : model.beta(),
            seasonal ? number("gamma", model.gamma()) : model.gamma())
        .withDamping(trend ? number("phi", model.phi()) : model.phi());
  }

  private void read(String list) {
    int from = 0;
    while (from < list.length()) {
      int comma = list.indexOf(',', from);
      int end = comma < 0 ? list.length() : comma;
      String pair = list.substring(from, end);
      int equals = pair.indexOf('=');
      if (equals < 0) {
        throw bad("must have parameters of the form key=value, has '" + pair.trim() + "'");
      }
      String key = pair.substring(0, equals).trim();
      if (parameters.put(key, pair.substring(equals + 1).trim()) != null) {
        throw bad("names " + key + " twice");
      }
      from = end + 1;
    }
  }

  private int whole(String key, @Nullable Integer otherwise) {
    double value = number(key, otherwise == null ? null : (double) otherwise);
    if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
      throw bad("must have a whole number as " + key + ", has " + value);
    }
    return (int) value;
  }

  private double number(String key, @Nullable Double otherwise) {
    String value = parameters.remove(key);
    if (value == null) {
      if (otherwise == null) {
        throw bad("needs the parameter " + key);
      }
      return otherwise;
    }
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException e) {
      throw bad("must have a number as " + key + ", has '" + value + "'");
    }
  }

  private Component component(String key) {
    String value = String.valueOf(parameters.remove(key));
    return switch (value) {
      case "none" -> Component.NONE;
      case "add", "additive" -> Component.ADDITIVE;
      case "mul", "multiplicative" -> Component.MULTIPLICATIVE;
      default -> throw bad("must have none, add or mul as " + key + ", has '" + value + "'");
    };
  }

  private static String word(Component component) {
    return switch (component) {
      case NONE -> "none";
      case ADDITIVE -> "add";
      case MULTIPLICATIVE -> "mul";
    };
  }

  private IllegalArgumentException bad(String rule) {
    return new IllegalArgumentException("forecast model '" + name + "' " + rule);
  }
}
