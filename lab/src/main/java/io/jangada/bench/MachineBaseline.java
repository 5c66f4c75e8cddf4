package io.jangada.bench;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.LongStream;

/// What this machine can do at best, measured beside every run: figures of a cluster mean something
/// only next to these.
///
/// @param fileSystem what the disk's directory is on, such as `ext4`; on `tmpfs` a sync costs
///   nothing
/// @param sizeBytes how much was synced, and sent, at a time
/// @param roundTripMillisP50 sending so much over loopback and getting a few bytes back, between
///   two threads
public record MachineBaseline(
    String fileSystem, int sizeBytes, Syncs syncs, double roundTripMillisP50) {
  private static final int SYNCS = 300;
  private static final int AT_ONCE = 3;
  private static final int ROUND_TRIPS = 3_000;
  private static final int FILE_BYTES_MIN = 8 << 20;
  private static final int ANSWER_BYTES = 8;
  private static final int TIMEOUT_MILLIS = 10_000;

  /// Writing so much into space that is there already, and making it durable.
  ///
  /// @param millisP99 of a hundred times the slowest
  /// @param threeMillisP50 with two others doing it at the same time to files of their own, as
  ///   three members on one disk do
  public record Syncs(double millisP50, double millisP99, double threeMillisP50) {}

  /// @param directory on the disk in question
  public static MachineBaseline measure(Path directory, int sizeBytes)
      throws IOException, InterruptedException {
    long[] syncs = syncs(directory, sizeBytes);
    long[] three = syncsAtOnce(directory, sizeBytes);
    long[] trips = roundTrips(sizeBytes);
    String fileSystem = Files.getFileStore(directory).type();
    Syncs measured = new Syncs(at(syncs, 50), at(syncs, 99), at(three, 50));
    return new MachineBaseline(fileSystem, sizeBytes, measured, at(trips, 50));
  }

  private static long[] syncsAtOnce(Path directory, int sizeBytes)
      throws IOException, InterruptedException {
    List<FutureTask<long[]>> all = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) all.add(new FutureTask<>(() -> syncs(directory, sizeBytes)));
    for (FutureTask<long[]> one : all) Thread.ofPlatform().daemon().start(one);
    long[] nanos = new long[0];
    try {
      for (FutureTask<long[]> one : all)
        nanos = LongStream.concat(Arrays.stream(nanos), Arrays.stream(one.get())).toArray();
    } catch (ExecutionException e) {
      throw new IOException("the disk cannot be measured: " + e.getCause().getMessage(), e);
    }
    Arrays.sort(nanos);
    return nanos;
  }

  private static double at(long[] sorted, int percentile) {
    return sorted[Math.min(sorted.length - 1, sorted.length * percentile / 100)] / 1e6;
  }

  private static long[] syncs(Path directory, int sizeBytes) throws IOException {
    Path file = Files.createTempFile(directory, "sync", ".bench");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      int fileBytes = Math.max(FILE_BYTES_MIN, 2 * sizeBytes);
      ByteBuffer blank = ByteBuffer.allocate(fileBytes);
      while (blank.hasRemaining()) channel.write(blank);
      channel.force(true);
      long[] nanos = new long[SYNCS];
      ByteBuffer data = ByteBuffer.allocateDirect(sizeBytes);
      long position = 0;
      for (int i = 0; i < SYNCS; i++) {
        if (position + sizeBytes > fileBytes) position = 0;
        long began = System.nanoTime();
        while (data.hasRemaining()) channel.write(data, position + data.position());
        channel.force(false);
        nanos[i] = System.nanoTime() - began;
        data.clear();
        position += sizeBytes;
      }
      Arrays.sort(nanos);
      return nanos;
    } finally {
      Files.delete(file);
    }
  }

  private static long[] roundTrips(int sizeBytes) throws IOException {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket client = new Socket(listener.getInetAddress(), listener.getLocalPort());
        Socket server = listener.accept()) {
      client.setTcpNoDelay(true);
      client.setSoTimeout(TIMEOUT_MILLIS);
      server.setTcpNoDelay(true);
      Thread.ofPlatform().daemon().start(() -> answer(server, sizeBytes));
      DataInputStream in = new DataInputStream(client.getInputStream());
      byte[] question = new byte[sizeBytes];
      byte[] answer = new byte[ANSWER_BYTES];
      long[] nanos = new long[ROUND_TRIPS];
      for (int i = 0; i < ROUND_TRIPS; i++) {
        long began = System.nanoTime();
        client.getOutputStream().write(question);
        in.readFully(answer);
        nanos[i] = System.nanoTime() - began;
      }
      // What came before the code was compiled says little.
      long[] settled = Arrays.copyOfRange(nanos, ROUND_TRIPS / 2, ROUND_TRIPS);
      Arrays.sort(settled);
      return settled;
    }
  }

  private static void answer(Socket server, int sizeBytes) {
    try {
      DataInputStream in = new DataInputStream(server.getInputStream());
      DataOutputStream out = new DataOutputStream(server.getOutputStream());
      byte[] question = new byte[sizeBytes];
      byte[] answer = new byte[ANSWER_BYTES];
      while (true) {
        in.readFully(question);
        out.write(answer);
      }
    } catch (IOException e) {
      // The other side is done.
    }
  }
}
