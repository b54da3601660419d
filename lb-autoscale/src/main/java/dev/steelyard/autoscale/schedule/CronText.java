package dev.steelyard.autoscale.schedule;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.field.CronFieldName;
import com.cronutils.model.field.expression.Always;
import com.cronutils.model.field.expression.And;
import com.cronutils.model.field.expression.Between;
import com.cronutils.model.field.expression.Every;
import com.cronutils.model.field.expression.FieldExpression;
import com.cronutils.model.field.expression.On;
import com.cronutils.model.field.value.FieldValue;
import com.cronutils.parser.CronParser;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads cron expressions: five fields, six with seconds in front, or a nickname. cron-utils parses
 * each field by itself, so that a message can say which one is wrong and where it stands.
 */
final class CronText {
  private static final Map<String, String> NICKNAMES =
      Map.of(
          "@yearly", "0 0 1 1 *",
          "@annually", "0 0 1 1 *",
          "@monthly", "0 0 1 * *",
          "@weekly", "0 0 * * 0",
          "@daily", "0 0 * * *",
          "@midnight", "0 0 * * *",
          "@hourly", "0 * * * *");

  private final CronParser parser =
      new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
  private final String knob;
  private final String expression;

  private CronText(String knob, String expression) {
    this.knob = knob;
    this.expression = expression;
  }

  /**
   * Reads an expression.
   *
   * @throws IllegalArgumentException with the knob, the expression, and the field and its position
   */
  static Cron parse(String knob, String expression) {
    return new CronText(knob, expression).parse();
  }

  private Cron parse() {
    String trimmed = expression.trim();
    String plain = NICKNAMES.getOrDefault(trimmed.toLowerCase(Locale.ROOT), trimmed);
    List<Field> fields = split(plain.equals(trimmed) ? expression : plain);
    if (!fields.isEmpty() && fields.get(0).text().startsWith("@")) {
      throw error("knows no " + fields.get(0).text() + ", but " + sortedNicknames());
    }
    if (!fields.isEmpty() && fields.get(0).text().contains("TZ=")) {
      throw error("must not name a zone, which is given beside it");
    }
    if (fields.size() != 5 && fields.size() != 6) {
      throw error(
          "must have 5 fields (minute, hour, day of month, month, day of week), or 6 with seconds"
              + " in front, had "
              + fields.size());
    }
    int shift = fields.size() - 5;
    Field dayOfMonth = fields.get(shift + 2);
    Field dayOfWeek = fields.get(shift + 4);
    long week = bits(dayOfWeek, CronFieldName.DAY_OF_WEEK, "day of week", 0, 6);
    Cron cron =
        new Cron(
            shift == 0 ? 1 : bits(fields.get(0), CronFieldName.MINUTE, "second", 0, 59),
            bits(fields.get(shift), CronFieldName.MINUTE, "minute", 0, 59),
            (int) bits(fields.get(shift + 1), CronFieldName.HOUR, "hour", 0, 23),
            (int) bits(dayOfMonth, CronFieldName.DAY_OF_MONTH, "day of month", 1, 31),
            (int) bits(fields.get(shift + 3), CronFieldName.MONTH, "month", 1, 12),
            (int) ((week & 0xFE) | (week & 1) << 7),
            !dayOfMonth.isOpen() && !dayOfWeek.isOpen());
    if (cron.atOrAfter(LocalDateTime.of(2000, 1, 1, 0, 0)) == null) {
      throw error("must match some day, but names one that never comes");
    }
    return cron;
  }

  /** The values of a field as bits, Sunday as 0 or 7. */
  private long bits(Field field, CronFieldName name, String title, int first, int last) {
    boolean isDay = name == CronFieldName.DAY_OF_MONTH || name == CronFieldName.DAY_OF_WEEK;
    String text = isDay && field.text().equals("?") ? "*" : field.text();
    String alone =
        switch (name) {
          case MINUTE -> text + " * * * *";
          case HOUR -> "* " + text + " * * *";
          case DAY_OF_MONTH -> "* * " + text + " * *";
          case MONTH -> "* * * " + text + " *";
          default -> "* * * * " + text;
        };
    try {
      FieldExpression parsed = parser.parse(alone).retrieve(name).getExpression();
      return expand(parsed, first, last);
    } catch (IllegalArgumentException e) {
      throw error(field, title, reason(e));
    }
  }

  private static long expand(FieldExpression parsed, int first, int last) {
    if (parsed instanceof And and) {
      long bits = 0;
      for (FieldExpression part : and.getExpressions()) {
        bits |= expand(part, first, last);
      }
      return bits;
    }
    if (parsed instanceof On on) {
      return range(number(on.getTime()), number(on.getTime()), 1);
    }
    if (parsed instanceof Every every) {
      int period = number(every.getPeriod());
      if (every.getExpression() instanceof On on) {
        return range(number(on.getTime()), last, period); // 5/20 means 5-59/20
      }
      return span(every.getExpression(), first, last, period);
    }
    return span(parsed, first, last, 1);
  }

  private static long span(FieldExpression parsed, int first, int last, int period) {
    if (parsed instanceof Always) {
      return range(first, last, period);
    }
    if (parsed instanceof Between between) {
      return range(number(between.getFrom()), number(between.getTo()), period);
    }
    throw new IllegalArgumentException("only numbers, names, '*', '-', '/' and ',' are known");
  }

  private static int number(FieldValue<?> value) {
    if (value.getValue() instanceof Integer number) {
      return number;
    }
    throw new IllegalArgumentException("'" + value + "' is not a number");
  }

  private static long range(int first, int last, int step) {
    long bits = 0;
    for (int i = first; i <= last; i += step) {
      bits |= 1L << i;
    }
    return bits;
  }

  private static List<Field> split(String text) {
    List<Field> fields = new ArrayList<>();
    int start = -1;
    for (int i = 0; i <= text.length(); i++) {
      boolean blank = i == text.length() || Character.isWhitespace(text.charAt(i));
      if (blank && start >= 0) {
        fields.add(new Field(text.substring(start, i), start));
        start = -1;
      } else if (!blank && start < 0) {
        start = i;
      }
    }
    return fields;
  }

  private static String reason(IllegalArgumentException e) {
    @Nullable String message = e.getMessage();
    return message == null
        ? "not understood"
        : message.replace("Failed to parse cron expression. ", "");
  }

  private static String sortedNicknames() {
    return String.join(", ", NICKNAMES.keySet().stream().sorted().toList());
  }

  private IllegalArgumentException error(Field field, String title, String reason) {
    return error(
        String.format(
            Locale.ROOT,
            "has a bad %s '%s' at position %d: %s",
            title,
            field.text(),
            field.position() + 1,
            reason));
  }

  private IllegalArgumentException error(String rule) {
    return new IllegalArgumentException(knob + " '" + expression + "' " + rule);
  }

  /** One field and the index of its first character. */
  private record Field(String text, int position) {
    /** Whether the field takes no part in choosing the day, as Vixie cron sees it. */
    boolean isOpen() {
      return text.startsWith("*") || text.startsWith("?");
    }
  }
}
