package dev.steelyard.autoscale.replay;

import static dev.steelyard.autoscale.replay.Checks.amount;
import static dev.steelyard.autoscale.replay.Checks.check;
import static dev.steelyard.autoscale.replay.Checks.millis;
import static dev.steelyard.autoscale.replay.Checks.positive;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A load over time: one value per interval, without gaps. A value is a rate that holds for its
 * whole interval, such as requests per second or per minute; {@link ServiceModel} says what an
 * instance can take of it.
 *
 * <p>Immutable and thread-safe. Made from a CSV file ({@link #read}, {@link TraceReader}), from
 * numbers ({@link #of}) or from a formula ({@link Synthetic}).
 */
public final class Trace {
  private final String name;
  private final long start;
  private final long interval;
  private final double[] values;
  private final List<String> notes;

  Trace(String name, long start, long interval, double[] values, List<String> notes) {
    check(values.length > 0, "values", "empty", "at least one");
    check(!name.isBlank(), "name", "blank", "not blank");
    for (int i = 0; i < values.length; i++) {
      if (!(values[i] >= 0) || values[i] == Double.POSITIVE_INFINITY) {
        throw new IllegalArgumentException(
            "value " + i + " must be finite and at least 0, was " + values[i]);
      }
    }
    this.name = name;
    this.start = start;
    this.interval = interval;
    this.values = values;
    this.notes = List.copyOf(notes);
  }

  /**
   * Makes a trace of numbers.
   *
   * @param name for reports, not blank
   * @param start when the first interval begins
   * @param interval how long a value holds, at least 1 ms
   * @param values the load in each interval, finite and at least 0
   * @return the trace
   * @throws IllegalArgumentException if there is no value, or one that is not allowed
   */
  public static Trace of(String name, Instant start, Duration interval, double... values) {
    return new Trace(
        name, start.toEpochMilli(), millis("interval", interval), values.clone(), List.of());
  }

  /**
   * Reads a CSV file of two columns, time and value, with the defaults of {@link TraceReader}.
   *
   * @param file the file
   * @return the trace
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if a line is not understood; the message has its number
   */
  public static Trace read(Path file) throws IOException {
    return reader().read(file);
  }

  /**
   * Reads a CSV file in another form.
   *
   * @return a reader with default settings
   */
  public static TraceReader reader() {
    return new TraceReader();
  }

  /**
   * Reads a CSV file whose columns named 1, 2, 3, … hold one interval each and whose rows are
   * sources, as Azure publishes the invocations of functions. It begins at 1970-01-01T00:00Z.
   *
   * @param file the file
   * @param interval how long each column is
   * @param row a field of the wanted row, before its first interval; null adds all rows up
   * @return the trace
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if there is no such row, or a line is not understood
   */
  public static Trace readWide(Path file, Duration interval, @Nullable String row)
      throws IOException {
    return WideReader.read(file, interval, row);
  }

  /**
   * Names the trace.
   *
   * @return its name in reports
   */
  public String name() {
    return name;
  }

  /**
   * Says when it begins.
   *
   * @return the begin of the first interval
   */
  public Instant start() {
    return Instant.ofEpochMilli(start);
  }

  /**
   * Says when it ends.
   *
   * @return the end of the last interval
   */
  public Instant end() {
    return Instant.ofEpochMilli(startMillis(values.length));
  }

  /**
   * Says how long each value holds.
   *
   * @return the interval
   */
  public Duration interval() {
    return Duration.ofMillis(interval);
  }

  /**
   * Counts the intervals.
   *
   * @return at least 1
   */
  public int size() {
    return values.length;
  }

  /**
   * Gives a value.
   *
   * @param index 0 to {@link #size()} - 1
   * @return the load in that interval
   * @throws IndexOutOfBoundsException if there is no such interval
   */
  public double value(int index) {
    return values[index];
  }

  /**
   * Finds the peak.
   *
   * @return the greatest value
   */
  public double max() {
    double max = values[0];
    for (double value : values) {
      max = Math.max(max, value);
    }
    return max;
  }

  /**
   * Finds the mean.
   *
   * @return the mean of all values
   */
  public double mean() {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /**
   * Says what was done to the data: gaps filled, samples merged, a rest cut off.
   *
   * @return one sentence each, empty if nothing was done
   */
  public List<String> notes() {
    return notes;
  }

  /**
   * Gives it another name.
   *
   * @param newName not blank
   * @return the same load under that name
   */
  public Trace named(String newName) {
    return new Trace(newName, start, interval, values, notes);
  }

  /**
   * Lets it begin at another time, say on a Monday.
   *
   * @param newStart when the first interval begins
   * @return the same load at another time
   */
  public Trace startingAt(Instant newStart) {
    return new Trace(name, newStart.toEpochMilli(), interval, values, notes);
  }

  /**
   * Multiplies the load.
   *
   * @param factor finite and at least 0
   * @return the scaled load
   */
  public Trace scale(double factor) {
    amount("factor", factor);
    return map(value -> value * factor);
  }

  /**
   * Replaces every value, say {@code Math::exp} for data on a logarithmic scale.
   *
   * @param transform must return finite values of at least 0
   * @return the transformed load
   * @throws IllegalArgumentException if it returns another
   */
  public Trace map(DoubleUnaryOperator transform) {
    return new Trace(name, start, interval, Arrays.stream(values).map(transform).toArray(), notes);
  }

  /**
   * Reads the values as the utilisation in percent of a fleet that was already there, and says what
   * load it carried: percent / 100 × instances × capacity. A fleet at 100 % may have been offered
   * more; nothing in such data says how much.
   *
   * @param instances the size of that fleet, at least 1
   * @param capacity what one of its instances takes at 100 %, above 0, in the unit of the {@link
   *     ServiceModel}
   * @return the load
   */
  public Trace asUtilizationOf(int instances, double capacity) {
    check(instances >= 1, "instances", instances, "at least 1");
    return scale(instances * positive("capacity", capacity) / 100);
  }

  /**
   * Adds a load that has the same interval and as many values.
   *
   * @param other the other load; its times do not matter
   * @return the sum
   * @throws IllegalArgumentException if interval or size differ
   */
  public Trace plus(Trace other) {
    check(other.interval == interval, "interval of the other trace", other.interval(), "equal");
    check(other.values.length == values.length, "size of the other trace", other.size(), "equal");
    double[] sum = new double[values.length];
    Arrays.setAll(sum, i -> values[i] + other.values[i]);
    return new Trace(name, start, interval, sum, notes);
  }

  /**
   * Multiplies every value by 1 + a normal number of the given deviation; never below 0.
   *
   * @param deviation the standard deviation as a share of the value, 0 or more
   * @param seed the same seed gives the same noise
   * @return the noisy load
   */
  public Trace withNoise(double deviation, long seed) {
    amount("deviation", deviation);
    double[] noisy = new double[values.length];
    Arrays.setAll(noisy, i -> values[i] * Math.max(0, 1 + deviation * SplitMix.normal(seed, i, 0)));
    return new Trace(name, start, interval, noisy, notes);
  }

  /**
   * Cuts out a part.
   *
   * @param from the first interval, at least 0
   * @param to the interval after the last, above {@code from}
   * @return that part
   * @throws IllegalArgumentException if it is empty or not inside
   */
  public Trace slice(int from, int to) {
    check(from >= 0 && from < to, "from", from, "0 to " + (to - 1));
    check(to <= values.length, "to", to, "at most " + values.length);
    return new Trace(
        name, startMillis(from), interval, Arrays.copyOfRange(values, from, to), notes);
  }

  /**
   * Cuts out the part between two times; an interval belongs to it if it begins there.
   *
   * @param from the first time
   * @param to the time after the last
   * @return that part
   * @throws IllegalArgumentException if it is empty
   */
  public Trace slice(Instant from, Instant to) {
    int first = indexAtOrAfter(from);
    int end = indexAtOrAfter(to);
    check(first < end, "from..to", from + ".." + to, "a part of " + start() + ".." + end());
    return slice(first, end);
  }

  private int indexAtOrAfter(Instant time) {
    long index = -Math.floorDiv(start - time.toEpochMilli(), interval);
    return (int) Math.max(0, Math.min(values.length, index));
  }

  /**
   * Splits it in two: one part to learn from and the rest to judge by.
   *
   * @param share how much of it is the first part, above 0 and below 1; both parts have at least
   *     one interval
   * @return the first part and the rest
   * @throws IllegalArgumentException if the share is out of range or there is only one interval
   */
  public Split split(double share) {
    check(share > 0 && share < 1, "share", share, "above 0 and below 1");
    check(values.length >= 2, "size", values.length, "at least 2 to be split");
    int cut = (int) Math.max(1, Math.min(values.length - 1, Math.round(share * values.length)));
    return new Split(slice(0, cut), slice(cut, values.length));
  }

  /**
   * The two parts of a trace.
   *
   * @param training what may be learned from
   * @param rest what comes after it
   */
  public record Split(Trace training, Trace rest) {}

  /**
   * Changes the interval. A longer one gets the mean of what it covers, a shorter one repeats the
   * value; the mean of the whole stays the same. A last interval that is not complete is cut off
   * with a note.
   *
   * @param newInterval at least 1 ms
   * @return the resampled load
   * @throws IllegalArgumentException if the whole trace is shorter than the new interval, or would
   *     have more than {@value Grid#LIMIT} values
   */
  public Trace resample(Duration newInterval) {
    long step = millis("newInterval", newInterval);
    if (step == interval) {
      return this;
    }
    long length = interval * values.length;
    check(step <= length, "newInterval", newInterval, "at most " + Duration.ofMillis(length));
    check(length / step <= Grid.LIMIT, "newInterval", newInterval, "longer: too many values");
    double[] result = new double[(int) (length / step)];
    for (int i = 0; i < result.length; i++) {
      result[i] = meanBetween(i * step, (i + 1) * step);
    }
    List<String> all = new ArrayList<>(notes);
    if (length % step != 0) {
      all.add("The last " + Duration.ofMillis(length % step) + " are cut off by resampling.");
    }
    return new Trace(name, start, step, result, all);
  }

  private double meanBetween(long from, long to) {
    int first = (int) (from / interval);
    int last = (int) ((to - 1) / interval);
    if (first == last) {
      return values[first];
    }
    double sum =
        values[first] * ((first + 1) * interval - from) + values[last] * (to - last * interval);
    for (int i = first + 1; i < last; i++) {
      sum += values[i] * interval;
    }
    return sum / (to - from);
  }

  long startMillis(int index) {
    return start + index * interval;
  }

  long intervalMillis() {
    return interval;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Trace that
        && name.equals(that.name)
        && start == that.start
        && interval == that.interval
        && Arrays.equals(values, that.values)
        && notes.equals(that.notes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values) * 31 + Long.hashCode(start);
  }

  @Override
  public String toString() {
    return name + ": " + size() + " × " + interval() + " from " + start();
  }
}
