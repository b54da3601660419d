package dev.steelyard.benchmarks.peer;

import static java.util.Objects.requireNonNull;

import io.grpc.Attributes;
import io.grpc.ChannelLogger;
import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.ManagedChannel;
import io.grpc.SynchronizationContext;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** The channel as a balancer of gRPC sees it, with connections that are ready at once. */
final class GrpcHelper extends LoadBalancer.Helper {
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "grpc-timer");
            thread.setDaemon(true);
            return thread;
          });
  private final SynchronizationContext serial =
      new SynchronizationContext(
          (thread, fault) -> {
            throw new IllegalStateException(fault);
          });
  private LoadBalancer.@Nullable SubchannelPicker picker;
  private @Nullable ConnectivityState state;

  LoadBalancer.SubchannelPicker picker() {
    if (state != ConnectivityState.READY && state != ConnectivityState.IDLE) {
      throw new IllegalStateException("gRPC: " + state);
    }
    return requireNonNull(picker);
  }

  void shutdown() {
    timer.shutdownNow();
  }

  @Override
  public void updateBalancingState(
      ConnectivityState newState, LoadBalancer.SubchannelPicker newPicker) {
    state = newState;
    picker = newPicker;
  }

  @Override
  public LoadBalancer.Subchannel createSubchannel(LoadBalancer.CreateSubchannelArgs args) {
    return new Connection(args);
  }

  @Override
  public SynchronizationContext getSynchronizationContext() {
    return serial;
  }

  @Override
  public ScheduledExecutorService getScheduledExecutorService() {
    return timer;
  }

  @Override
  public ManagedChannel createOobChannel(EquivalentAddressGroup addresses, String authority) {
    throw new UnsupportedOperationException("no load reports out of band");
  }

  @Override
  public String getAuthority() {
    return "benchmark";
  }

  @Override
  public String getChannelTarget() {
    return "benchmark";
  }

  @Override
  public ChannelLogger getChannelLogger() {
    return new Silence();
  }

  static final class Connection extends LoadBalancer.Subchannel {
    private final LoadBalancer.CreateSubchannelArgs args;
    private LoadBalancer.@Nullable SubchannelStateListener listener;

    Connection(LoadBalancer.CreateSubchannelArgs args) {
      this.args = args;
    }

    @Override
    public void start(LoadBalancer.SubchannelStateListener stateListener) {
      listener = stateListener;
    }

    @Override
    public void requestConnection() {
      become(ConnectivityState.READY);
    }

    @Override
    public void shutdown() {
      become(ConnectivityState.SHUTDOWN);
    }

    private void become(ConnectivityState state) {
      requireNonNull(listener).onSubchannelState(ConnectivityStateInfo.forNonError(state));
    }

    @Override
    public List<EquivalentAddressGroup> getAllAddresses() {
      return args.getAddresses();
    }

    @Override
    public void updateAddresses(List<EquivalentAddressGroup> addresses) {}

    @Override
    public Attributes getAttributes() {
      return args.getAttributes();
    }

    @Override
    public ChannelLogger getChannelLogger() {
      return new Silence();
    }
  }

  private static final class Silence extends ChannelLogger {
    @Override
    public void log(ChannelLogLevel level, String message) {}

    @Override
    public void log(ChannelLogLevel level, String format, Object... arguments) {}
  }
}
