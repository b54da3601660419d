package dev.steelyard.lb.select;

import static dev.steelyard.lb.internal.Checks.check;

import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.request.RequestContext;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Jump consistent hash (J. Lamping and E. Veach, "A fast, minimal memory, consistent hash
 * algorithm", 2014) over numbered shards, and the power of two choices among a shard's replicas.
 */
final class JumpHashSelector implements Selector {
  static final int MOST_SHARDS = 1 << 20;

  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,7}");

  private final int shards;
  private final String metadataKey;
  private final RequestHash requestHash;
  private final Selector withinShard = new LeastOutstandingSelector();

  JumpHashSelector(int shards, String metadataKey, RequestHash requestHash) {
    this.shards = shards;
    this.metadataKey = metadataKey;
    this.requestHash = requestHash;
  }

  @Override
  public Picker prepare(Candidates candidates, @Nullable Picker previous) {
    List<List<Integer>> replicas = new ArrayList<>();
    for (int shard = 0; shard < shards; shard++) {
      replicas.add(List.of());
    }
    for (int i = 0; i < candidates.size(); i++) {
      int shard = shardOf(candidates.endpoint(i).instance());
      if (replicas.get(shard).isEmpty()) {
        replicas.set(shard, new ArrayList<>());
      }
      replicas.get(shard).add(i);
    }
    @Nullable Picker[] pickers = new Picker[shards];
    for (int shard = 0; shard < shards; shard++) {
      List<Integer> members = replicas.get(shard);
      if (!members.isEmpty()) {
        List<Endpoint> endpoints = members.stream().map(candidates::endpoint).toList();
        double[] weights = members.stream().mapToDouble(candidates::weight).toArray();
        pickers[shard] =
            withinShard.prepare(Candidates.of(endpoints, weights, candidates.random()), null);
      }
    }
    return (request, excluded, nowNanos) -> pick(pickers, candidates, request, excluded, nowNanos);
  }

  private @Nullable Endpoint pick(
      @Nullable Picker[] pickers,
      Candidates candidates,
      RequestContext request,
      Exclusions excluded,
      long nowNanos) {
    Picker shard = pickers[bucket(requestHash.of(request, candidates.random()), pickers.length)];
    return shard == null ? null : shard.pick(request, excluded, nowNanos);
  }

  private int shardOf(Instance instance) {
    String value = instance.metadata().get(metadataKey);
    boolean isShard =
        value != null && NUMBER.matcher(value).matches() && Integer.parseInt(value) < shards;
    check(
        isShard,
        "metadata \"" + metadataKey + "\" of instance " + instance.id(),
        value == null ? "absent" : '"' + value + '"',
        "the number of a shard, 0.." + (shards - 1));
    return Integer.parseInt(value);
  }

  /** The bucket of a hash, of buckets 0 to count - 1; O(ln count). */
  static int bucket(long hash, int count) {
    long state = hash;
    long bucket = -1;
    long next = 0;
    while (next < count) {
      bucket = next;
      state = state * 2862933555777941757L + 1;
      next = (long) ((bucket + 1) * (0x1p31 / ((state >>> 33) + 1)));
    }
    return (int) bucket;
  }

  @Override
  public String toString() {
    return "jumpHash(" + shards + ", " + metadataKey + ")";
  }
}
