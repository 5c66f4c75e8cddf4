package io.jangada.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.Epoll;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What sockets on either side of a connection are told to notice.
class KeepAliveTest {
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void bothSidesAskAfterAMinuteAndGiveUpAfterThree(boolean epoll) throws Exception {
    Assumptions.assumeTrue(!epoll || Epoll.isAvailable());
    try (Loops loops = new Loops("keep-alive", 1, epoll)) {
      CompletableFuture<Channel> accepted = new CompletableFuture<>();
      Channel port =
          loops
              .listener("test")
              .childHandler(
                  new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                      channel.eventLoop().execute(() -> accepted.complete(channel));
                    }
                  })
              .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .sync()
              .channel();
      Channel dialled =
          loops
              .dialler()
              .group(loops.group())
              .handler(
                  new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {}
                  })
              .connect(port.localAddress())
              .sync()
              .channel();
      assertNotices(accepted.get(10, TimeUnit.SECONDS), epoll);
      assertNotices(dialled, epoll);
    }
  }

  private static void assertNotices(Channel channel, boolean epoll) {
    var options = KeepAlive.options(epoll);
    assertThat(options).hasSize(epoll ? 5 : 4).containsEntry(ChannelOption.SO_KEEPALIVE, true);
    options.forEach(
        (option, value) ->
            assertThat(channel.config().<Object>getOption(cast(option)))
                .as("%s", option)
                .isEqualTo(value));
    int seconds = KeepAlive.IDLE_SECONDS + KeepAlive.PROBES_MAX * KeepAlive.INTERVAL_SECONDS;
    assertThat(seconds).isBetween(120, 180);
  }

  @SuppressWarnings("unchecked")
  private static ChannelOption<Object> cast(ChannelOption<?> option) {
    return (ChannelOption<Object>) option;
  }
}
