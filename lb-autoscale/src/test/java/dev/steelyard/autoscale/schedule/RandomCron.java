package dev.steelyard.autoscale.schedule;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** A cron expression made together with what it means, by other means than a parser. */
record RandomCron(List<Field> fields) {
  /** One field: its text and the values it stands for. */
  record Field(String text, BitSet values) {}

  boolean matches(LocalDateTime at) {
    return matchesDay(at.toLocalDate()) && matchesTime(at.getHour(), at.getMinute());
  }

  boolean matchesDay(LocalDate day) {
    boolean ofMonth = has(2, day.getDayOfMonth());
    boolean ofWeek = has(4, day.getDayOfWeek().getValue() % 7);
    boolean either = !fields.get(2).text().startsWith("*") && !fields.get(4).text().startsWith("*");
    return has(3, day.getMonthValue()) && (either ? ofMonth || ofWeek : ofMonth && ofWeek);
  }

  boolean matchesTime(int hour, int minute) {
    return has(0, minute) && has(1, hour);
  }

  private boolean has(int field, int value) {
    return fields.get(field).values().get(value);
  }

  @Override
  public String toString() {
    return fields.stream().map(Field::text).collect(Collectors.joining(" "));
  }

  static Arbitrary<RandomCron> any() {
    return Combinators.combine(
            field(0, 59, 1, 6),
            field(0, 23, 2, 6),
            field(1, 31, 8, 2),
            field(1, 12, 12, 1),
            field(0, 6, 6, 2))
        .as((minute, hour, day, month, week) -> List.of(minute, hour, day, month, week))
        .map(RandomCron::new)
        .filter(cron -> happens(cron));
  }

  private static boolean happens(RandomCron cron) {
    BitSet months = cron.fields().get(3).values();
    return cron.fields().get(2).values().nextSetBit(0) <= 28 || months.get(1) || months.get(7);
  }

  private static Arbitrary<Field> field(int low, int high, int star, int single) {
    Arbitrary<Integer> value = Arbitraries.integers().between(low, high);
    Arbitrary<Integer> step = Arbitraries.integers().between(2, Math.min(7, high));
    return Arbitraries.frequencyOf(
        Tuple.of(star, Arbitraries.just(new Field("*", every(low, high, 1)))),
        Tuple.of(single, value.map(v -> new Field("" + v, every(v, v, 1)))),
        Tuple.of(1, step.map(s -> new Field("*/" + s, every(low, high, s)))),
        Tuple.of(
            1,
            Combinators.combine(value, value)
                .filter((a, b) -> a < b)
                .as((a, b) -> new Field(a + "-" + b, every(a, b, 1)))),
        Tuple.of(
            1,
            Combinators.combine(value, step)
                .as((a, s) -> new Field(a + "/" + s, every(a, high, s)))),
        Tuple.of(
            1,
            Combinators.combine(value, value)
                .as(
                    (a, b) -> {
                      BitSet both = every(a, a, 1);
                      both.set(b);
                      return new Field(a + "," + b, both);
                    })));
  }

  private static BitSet every(int first, int last, int step) {
    BitSet values = new BitSet();
    for (int i = first; i <= last; i += step) {
      values.set(i);
    }
    return values;
  }
}
