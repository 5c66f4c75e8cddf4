package io.jangada.protocol.maelstrom;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;

/// A node that believes it is alone, whatever `init` says: what a store would be that does not
/// replicate. The network and the checker must find it out.
final class LonelyNode {
  private LonelyNode() {}

  public static void main(String[] args) throws IOException {
    String init = firstLine(System.in);
    String alone =
        init.replaceAll("\"node_ids\":\\[[^]]*]", "\"node_ids\":[\"" + ownName(init) + "\"]");
    InputStream rest =
        new SequenceInputStream(
            new ByteArrayInputStream((alone + "\n").getBytes(StandardCharsets.UTF_8)), System.in);
    new MaelstromNode(new FileOutputStream(FileDescriptor.out), System.err, 900).run(rest);
  }

  private static String ownName(String init) {
    return init.replaceAll(".*\"node_id\":\"([^\"]*)\".*", "$1");
  }

  private static String firstLine(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b; (b = in.read()) != '\n'; ) line.write(b);
    return line.toString(StandardCharsets.UTF_8);
  }
}
