package dev.steelyard.benchmarks.peer;

import static java.util.Objects.requireNonNull;

import dev.steelyard.benchmarks.pick.Keys;
import dev.steelyard.benchmarks.pick.Weights;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientStreamTracer;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancerProvider;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.xds.LeastRequestLoadBalancerProvider;
import io.grpc.xds.RingHashLoadBalancerProvider;
import io.grpc.xds.WeightedRoundRobinLoadBalancerProvider;
import io.grpc.xds.shaded.com.github.xds.data.orca.v3.OrcaLoadReport;
import java.lang.reflect.Field;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/** gRPC's {@code SubchannelPicker.pickSubchannel}, of the whole balancer. */
final class GrpcPeer implements ChangingPeer {
  private static final Metadata.Key<String> HEADER =
      Metadata.Key.of("key", Metadata.ASCII_STRING_MARSHALLER);
  private static final ClientStreamTracer.StreamInfo STREAM =
      ClientStreamTracer.StreamInfo.newBuilder().build();

  private final GrpcHelper helper = new GrpcHelper();
  private final LoadBalancer balancer;
  private final Object config;
  private final List<EquivalentAddressGroup> all;
  private Call[] calls = {new Call(CallOptions.DEFAULT, new Metadata())};
  private LoadBalancer.SubchannelPicker picker;

  private GrpcPeer(LoadBalancerProvider provider, Map<String, ?> configuration, int size) {
    all = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      all.add(
          new EquivalentAddressGroup(
              InetSocketAddress.createUnresolved(Hosts.host(i), Hosts.PORT)));
    }
    config = requireNonNull(provider.parseLoadBalancingPolicyConfig(configuration).getConfig());
    balancer = provider.newLoadBalancer(helper);
    accept(all);
    picker = helper.picker();
  }

  /** Not the one that also checks health: that one would be found by the policy's name. */
  static Peer roundRobin(int size) {
    LoadBalancerProvider provider =
        ServiceLoader.load(LoadBalancerProvider.class).stream()
            .filter(found -> found.type().getName().contains("SecretRoundRobin"))
            .map(ServiceLoader.Provider::get)
            .findFirst()
            .orElseThrow();
    return new GrpcPeer(provider, Map.of(), size);
  }

  static Peer leastRequest(int size) {
    return new GrpcPeer(new LeastRequestLoadBalancerProvider(), Map.of(), size);
  }

  /** Weights are what the instances report with each answer: requests by utilization. */
  static Peer weightedRoundRobin(int size) {
    Map<String, ?> configuration =
        Map.of(
            "blackoutPeriod", "0s",
            "weightExpirationPeriod", "86400s",
            "weightUpdatePeriod", "86400s");
    GrpcPeer peer = new GrpcPeer(new WeightedRoundRobinLoadBalancerProvider(), configuration, size);
    for (int i = 0; i < 2 * size; i++) {
      LoadBalancer.PickResult picked = (LoadBalancer.PickResult) peer.pick(0);
      double weight = Weights.DIFFERENT.of(peer.index(picked));
      tracer(picked).inboundTrailers(report(weight));
    }
    peer.accept(peer.all);
    return peer;
  }

  private static Metadata report(double weight) {
    Metadata trailers = new Metadata();
    trailers.put(
        Metadata.Key.of("endpoint-load-metrics-bin", Metadata.BINARY_BYTE_MARSHALLER),
        OrcaLoadReport.newBuilder()
            .setApplicationUtilization(0.5)
            .setRpsFractional(100 * weight)
            .build()
            .toByteArray());
    return trailers;
  }

  /** Told the hash, as behind xDS. */
  static Peer ringHash(int size) {
    GrpcPeer peer = new GrpcPeer(new RingHashLoadBalancerProvider(), Map.of(), size);
    CallOptions.Key<Long> key = hashKey();
    peer.calls = new Call[Keys.COUNT];
    long[] hashes = Keys.hashes();
    for (int i = 0; i < Keys.COUNT; i++) {
      peer.calls[i] = new Call(CallOptions.DEFAULT.withOption(key, hashes[i]), new Metadata());
    }
    return peer.connected();
  }

  /** Hashes the value of a header. */
  static Peer ringHashOfHeader(int size) {
    System.setProperty("GRPC_EXPERIMENTAL_RING_HASH_SET_REQUEST_HASH_KEY", "true");
    GrpcPeer peer =
        new GrpcPeer(
            new RingHashLoadBalancerProvider(), Map.of("requestHashHeader", HEADER.name()), size);
    peer.calls = new Call[Keys.COUNT];
    String[] keys = Keys.texts();
    for (int i = 0; i < Keys.COUNT; i++) {
      Metadata headers = new Metadata();
      headers.put(HEADER, keys[i]);
      peer.calls[i] = new Call(CallOptions.DEFAULT, headers);
    }
    return peer.connected();
  }

  /** The option that its xDS resolver hands the hash over by, which has no public name. */
  @SuppressWarnings("unchecked") // the type is that of the field
  private static CallOptions.Key<Long> hashKey() {
    try {
      Field field = Class.forName("io.grpc.xds.XdsNameResolver").getDeclaredField("RPC_HASH_KEY");
      field.setAccessible(true);
      return (CallOptions.Key<Long>) field.get(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A ring connects to whom it picks, so every key is picked once before anything is measured. */
  private Peer connected() {
    for (int i = 0; i < Keys.COUNT; i++) {
      picker = helper.picker();
      picker.pickSubchannel(calls[i]);
    }
    picker = helper.picker();
    return this;
  }

  private void accept(List<EquivalentAddressGroup> addresses) {
    LoadBalancer.ResolvedAddresses resolved =
        LoadBalancer.ResolvedAddresses.newBuilder()
            .setAddresses(addresses)
            .setLoadBalancingPolicyConfig(config)
            .build();
    helper
        .getSynchronizationContext()
        .execute(
            () -> {
              Status status = balancer.acceptResolvedAddresses(resolved);
              if (!status.isOk()) {
                throw new IllegalStateException("gRPC: " + status);
              }
            });
    picker = helper.picker();
  }

  @Override
  public Object pick(int key) {
    return picker.pickSubchannel(calls[key & (calls.length - 1)]);
  }

  @Override
  public void request(Object picked) {
    if (((LoadBalancer.PickResult) picked).getStreamTracerFactory() == null) {
      return; // this policy does not look at requests
    }
    ClientStreamTracer tracer = tracer((LoadBalancer.PickResult) picked);
    tracer.streamCreated(Attributes.EMPTY, calls[0].headers);
    tracer.streamClosed(Status.OK);
  }

  @Override
  public Runnable open(Object picked) {
    ClientStreamTracer tracer = tracer((LoadBalancer.PickResult) picked);
    tracer.streamCreated(Attributes.EMPTY, calls[0].headers);
    return () -> tracer.streamClosed(Status.OK);
  }

  private static ClientStreamTracer tracer(LoadBalancer.PickResult picked) {
    return requireNonNull(picked.getStreamTracerFactory())
        .newClientStreamTracer(STREAM, new Metadata());
  }

  @Override
  public int index(Object picked) {
    LoadBalancer.Subchannel subchannel =
        requireNonNull(((LoadBalancer.PickResult) picked).getSubchannel());
    InetSocketAddress address =
        (InetSocketAddress) subchannel.getAllAddresses().get(0).getAddresses().get(0);
    return Hosts.index(address.getHostString());
  }

  @Override
  public void change(boolean there) {
    accept(there ? all : all.subList(0, all.size() - 1));
  }

  @Override
  public void close() {
    helper.getSynchronizationContext().execute(balancer::shutdown);
    helper.shutdown();
  }

  private static final class Call extends LoadBalancer.PickSubchannelArgs {
    private final CallOptions options;
    private final Metadata headers;

    Call(CallOptions options, Metadata headers) {
      this.options = options;
      this.headers = headers;
    }

    @Override
    public CallOptions getCallOptions() {
      return options;
    }

    @Override
    public Metadata getHeaders() {
      return headers;
    }

    @Override
    public MethodDescriptor<?, ?> getMethodDescriptor() {
      throw new UnsupportedOperationException("picked by no method");
    }
  }
}
