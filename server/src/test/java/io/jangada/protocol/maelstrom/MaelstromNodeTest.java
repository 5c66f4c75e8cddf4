package io.jangada.protocol.maelstrom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// One node, fed a stream that ends. Single quotes stand for double ones.
class MaelstromNodeTest {
  private static final String INIT =
      "{'src':'c0','dest':'n0','body':{'type':'init','msg_id':1,'node_id':'n0','node_ids':['n0']}}";
  private static final String INIT_OK =
      "{'src':'n0','dest':'c0','body':{'type':'init_ok','in_reply_to':1}}";

  private long answerMillisMax = 60_000;
  private String remarks = "";
  private int exitCode;

  private static String quoted(String text) {
    return text.replace('\'', '"');
  }

  private List<String> feed(byte[] input) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream log = new PrintStream(said, true, StandardCharsets.UTF_8);
    exitCode = new MaelstromNode(out, log, answerMillisMax).run(new ByteArrayInputStream(input));
    remarks = said.toString(StandardCharsets.UTF_8);
    return out.toString(StandardCharsets.UTF_8)
        .lines()
        .map(line -> line.replace('"', '\''))
        .toList();
  }

  private List<String> feed(String... lines) {
    return feed(quoted(String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /// Feeds requests one by one, each after the answer to the one before, and returns the bodies.
  private List<String> ask(String... bodies) throws IOException {
    List<String> answers = new ArrayList<>();
    try (Dialogue node = new Dialogue()) {
      node.say(quoted(INIT));
      node.hear();
      int msgId = 1;
      for (String body : bodies) {
        String members = body.substring(1, body.length() - 1);
        node.say(
            quoted("{'src':'c1','dest':'n0','body':{" + members + ",'msg_id':" + msgId++ + "}}"));
        String answer = node.hear().replace('"', '\'');
        String head = "{'src':'n0','dest':'c1','body':";
        assertThat(answer).startsWith(head).endsWith(",'in_reply_to':" + (msgId - 1) + "}}");
        answers.add(answer.substring(head.length(), answer.lastIndexOf(",'in_reply_to'")) + "}");
      }
    }
    return answers.stream().map(a -> a.replaceAll(",'text':'[^}]*", "")).toList();
  }

  @Test
  void init_is_answered_and_the_end_of_input_ends_the_node_quietly() {
    assertThat(feed(INIT)).containsExactly(INIT_OK);
    assertThat(exitCode).isZero();
  }

  @Test
  void open_requests_are_answered_before_the_node_ends_with_its_input() {
    List<String> out =
        feed(
            INIT,
            "{'src':'c1','dest':'n0','body':{'type':'write','msg_id':1,'key':1,'value':2}}",
            "{'src':'c2','dest':'n0','body':{'type':'read','msg_id':1,'key':9}}");
    assertThat(out)
        .contains(
            "{'src':'n0','dest':'c1','body':{'type':'write_ok','in_reply_to':1}}",
            "{'src':'n0','dest':'c2','body':{'type':'error','code':20,'text':'no such key',"
                + "'in_reply_to':1}}");
    assertThat(exitCode).isZero();
  }

  /// A client that waited for longer is gone, and an answer to it would do harm.
  @Test
  void too_late_is_never() {
    answerMillisMax = 0;
    List<String> out =
        feed(INIT, "{'src':'c1','dest':'n0','body':{'type':'write','msg_id':1,'key':1,'value':2}}");
    assertThat(out).containsExactly(INIT_OK);
    assertThat(remarks).contains("c1 1");
  }

  @Test
  void every_request_gets_what_the_protocol_says() throws IOException {
    assertThat(
            ask(
                "{'type':'read','key':0}",
                "{'type':'cas','key':0,'from':1,'to':2}",
                "{'type':'delete','key':0}",
                "{'type':'write','key':0,'value':3}",
                "{'type':'read','key':0}",
                "{'type':'cas','key':0,'from':4,'to':5}",
                "{'type':'cas','key':0,'from':3,'to':4}",
                "{'key':0,'type':'read'}",
                "{'type':'create','key':0,'value':1}",
                "{'type':'delete','key':0}",
                "{'type':'read','key':0}",
                "{'type':'create','key':0,'value':1}",
                "{'type':'cas','key':1,'from':7,'to':8,'create_if_not_exists':true}",
                "{'type':'read','key':1}",
                "{'type':'cas','key':1,'from':7,'to':9,'create_if_not_exists':true}",
                "{'type':'cas','key':2,'from':7,'to':8,'create_if_not_exists':false}"))
        .containsExactly(
            "{'type':'error','code':20}",
            "{'type':'error','code':20}",
            "{'type':'error','code':20}",
            "{'type':'write_ok'}",
            "{'type':'read_ok','value':3}",
            "{'type':'error','code':22}",
            "{'type':'cas_ok'}",
            "{'type':'read_ok','value':4}",
            "{'type':'error','code':21}",
            "{'type':'delete_ok'}",
            "{'type':'error','code':20}",
            "{'type':'create_ok'}",
            "{'type':'cas_ok'}",
            "{'type':'read_ok','value':8}",
            "{'type':'error','code':22}",
            "{'type':'error','code':20}");
  }

  @Test
  void keys_and_values_keep_their_type() throws IOException {
    List<String> values =
        List.of(
            "0",
            "0.0",
            "'0'",
            "''",
            "null",
            "true",
            "[]",
            "{}",
            "{'a':[1,{'b':null}],'c':'é'}",
            "123456789012345678901234567890",
            "1.0E+300");
    List<String> requests = new ArrayList<>();
    for (String key : values)
      requests.add("{'type':'write','key':" + key + ",'value':" + key + "}");
    for (String key : values) requests.add("{'type':'read','key':" + key + "}");
    List<String> answers = ask(requests.toArray(String[]::new));
    for (int i = 0; i < values.size(); i++)
      assertThat(answers.get(values.size() + i))
          .isEqualTo("{'type':'read_ok','value':" + values.get(i) + "}");
  }

  @Test
  void a_value_is_the_same_however_it_is_written() throws IOException {
    assertThat(
            ask(
                "{'type':'write','key':{'a':1,'b':2},'value':{'x':1.50,'y':[]}}",
                "{'type':'cas','key':{ 'b':2,'a':1 },'from':{'y':[ ],'x':15e-1},'to':'\\u0041'}",
                "{'type':'cas','key':{'b':2,'a':1},'from':'A','to':1}",
                "{'type':'cas','key':{'b':2,'a':1},'from':1.0,'to':2}"))
        .containsExactly(
            "{'type':'write_ok'}",
            "{'type':'cas_ok'}",
            "{'type':'cas_ok'}",
            "{'type':'error','code':22}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'type':'nonsense'} | 10",
        "{'type':'txn','txn':[]} | 10",
        "{'type':'raft','rpc':'stand','term':9,'time':0} | 10",
        "{'type':'read'} | 12",
        "{'type':'write','key':1} | 12",
        "{'type':'write','value':1} | 12",
        "{'type':'cas','key':1,'from':1} | 12",
        "{'type':'cas','key':1,'to':1} | 12",
        "{'type':'cas','key':1,'from':1,'to':1,'create_if_not_exists':1} | 12",
        "{'type':'create','key':1} | 12",
        "{'type':'delete'} | 12",
        "{'type':'init'} | 12",
        "{'type':'init','node_id':'n1','node_ids':['n0','n1']} | 12",
      })
  void what_cannot_be_done_is_refused_for_certain(String body, int code) throws IOException {
    assertThat(ask(body)).containsExactly("{'type':'error','code':" + code + "}");
  }

  @Test
  void keys_and_values_are_bounded() throws IOException {
    String key = "k".repeat(MaelstromMember.KEY_BYTES_MAX - 2);
    String value = "v".repeat(MaelstromMember.VALUE_BYTES_MAX - 2);
    assertThat(
            ask(
                "{'type':'write','key':'" + key + "','value':1}",
                "{'type':'write','key':'" + key + "x','value':1}",
                "{'type':'read','key':'" + key + "x'}",
                "{'type':'write','key':1,'value':'" + value + "'}",
                "{'type':'cas','key':1,'from':'" + value + "','to':'" + value + "'}",
                "{'type':'write','key':1,'value':'" + value + "x'}",
                "{'type':'cas','key':1,'from':'" + value + "x','to':1}"))
        .containsExactly(
            "{'type':'write_ok'}",
            "{'type':'error','code':12}",
            "{'type':'error','code':12}",
            "{'type':'write_ok'}",
            "{'type':'cas_ok'}",
            "{'type':'error','code':12}",
            "{'type':'error','code':12}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "not json",
        "{'src':'c1','dest':'n0'",
        "[]",
        "{'dest':'n0','body':{'type':'read','msg_id':1,'key':1}}",
        "{'src':7,'dest':'n0','body':{'type':'read','msg_id':1,'key':1}}",
        "{'src':'\\ud800','dest':'n0','body':{'type':'read','msg_id':1,'key':1}}",
        "{'src':'c1','dest':'n0','body':[]}",
        "{'src':'c1','dest':'n0','body':{'msg_id':1}}",
        "{'src':'c1','dest':'n0','body':{'type':'read','key':1}}",
        "{'src':'c1','dest':'n0','body':{'type':'read','key':1,'msg_id':'1'}}",
        "{'src':'c1','dest':'n0','body':{'type':'read','key':1,'msg_id':1.5}}",
        "{'src':'c1','dest':'n7','body':{'type':'read','key':1,'msg_id':1}}",
        "{'src':'c1','dest':'n0','body':{'type':'error','code':10,'in_reply_to':4,'msg_id':1}}",
        "{'src':'n0','dest':'n0','body':{'type':'raft','rpc':'append'}}",
        "{'src':'c1','dest':'n0','body':{'type':'read','key':1,'key':2,'msg_id':1}}",
      })
  void a_line_that_cannot_be_answered_is_told_to_people_and_costs_nothing(String line) {
    List<String> out = feed(INIT, line, "{'src':'c1','dest':'n0','body':{'type':'x','msg_id':2}}");
    assertThat(out).hasSize(2).element(1).asString().contains("'code':10", "'in_reply_to':2");
    assertThat(remarks).contains("not carried out");
    assertThat(exitCode).isZero();
  }

  @Test
  void a_line_that_is_too_long_is_skipped_and_the_next_one_served() {
    String endless = "{'src':'" + "x".repeat(LineReader.LINE_BYTES_MAX);
    List<String> out = feed(endless, INIT, endless);
    assertThat(out).containsExactly(INIT_OK);
    assertThat(remarks).contains("1048576");
  }

  @Test
  void bytes_that_are_no_text_and_blank_lines_do_no_harm() {
    byte[] init = quoted(INIT + "\r\n").getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream input = new ByteArrayOutputStream();
    input.writeBytes(new byte[] {'\n', ' ', '\r', '\n', (byte) 0xff, (byte) 0xfe, 0, '\n'});
    input.writeBytes(init);
    assertThat(feed(input.toByteArray())).containsExactly(INIT_OK);
  }

  @Test
  void before_init_nothing_is_answered() {
    List<String> out =
        feed(
            "{'src':'c1','dest':'n0','body':{'type':'read','msg_id':1,'key':1}}",
            "{'src':'c1','dest':'n0','body':{'type':'nonsense','msg_id':2}}",
            "{'src':'n1','dest':'n0','body':{'type':'raft','rpc':'stand','term':0,'time':0}}");
    assertThat(out).isEmpty();
    assertThat(feed("{'src':'c1','dest':'n0','body':{'type':'read','msg_id':1,'key':1}}", INIT))
        .containsExactly(INIT_OK);
  }

  @Test
  void what_another_node_said_before_init_is_heard_after_it() {
    List<String> out =
        feed(
            "{'src':'n0','dest':'n1','body':{'type':'raft','rpc':'vote','last':[0,0],"
                + "'transfer':true,'term':1,'time':0}}",
            "{'src':'c0','dest':'n1','body':{'type':'init','msg_id':1,'node_id':'n1',"
                + "'node_ids':['n1','n0']}}");
    assertThat(out.getFirst()).contains("init_ok");
    assertThat(String.join("\n", out)).contains("'rpc':'voted','granted':true");
  }

  @Test
  void messages_before_init_are_kept_up_to_a_bound() {
    List<String> lines = new ArrayList<>();
    for (int term = 1; term <= 1_000; term++)
      lines.add(
          "{'src':'n0','dest':'n1','body':{'type':'raft','rpc':'vote','last':[0,0],"
              + "'pre':true,'term':"
              + term
              + ",'time':0}}");
    lines.add(
        "{'src':'c0','dest':'n1','body':{'type':'init','msg_id':1,'node_id':'n1',"
            + "'node_ids':['n0','n1']}}");
    long answered =
        feed(lines.toArray(String[]::new)).stream().filter(l -> l.contains("voted")).count();
    assertThat(answered).isEqualTo(256);
  }

  @Test
  void a_second_init_is_answered_if_it_says_the_same_and_refused_otherwise() {
    List<String> out = feed(INIT, INIT, INIT.replace("['n0']", "['n0','n1']"));
    assertThat(out.subList(0, 2)).containsExactly(INIT_OK, INIT_OK);
    assertThat(out.get(2)).contains("'code':12", "this is n0 already", "'in_reply_to':1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'node_ids':['n0']",
        "'node_id':'n0'",
        "'node_id':'n0','node_ids':[]",
        "'node_id':'n0','node_ids':['n1']",
        "'node_id':'n0','node_ids':['n0','n0']",
        "'node_id':'n0','node_ids':['n0',1]",
        "'node_id':0,'node_ids':['n0']",
      })
  void an_init_that_makes_no_sense_is_refused_and_can_be_made_good(String members) {
    List<String> out =
        feed("{'src':'c0','dest':'n0','body':{'type':'init','msg_id':1," + members + "}}", INIT);
    assertThat(out.getFirst()).contains("'type':'error','code':12", "'in_reply_to':1");
    assertThat(out.get(1)).isEqualTo(INIT_OK);
  }

  @Test
  void a_node_that_finds_no_leader_says_for_certain_that_nothing_happened() throws IOException {
    try (Dialogue node = new Dialogue()) {
      node.say(
          quoted(
              "{'src':'c0','dest':'n1','body':{'type':'init','msg_id':1,'node_id':'n1',"
                  + "'node_ids':['n0','n1','n2']}}"));
      node.hear();
      node.say(
          quoted("{'src':'c1','dest':'n1','body':{'type':'write','msg_id':5,'key':1,'value':1}}"));
      node.say(quoted("{'src':'c2','dest':'n1','body':{'type':'read','msg_id':6,'key':1}}"));
      assertThat(node.hearFor("c1")).contains("\"code\":11", "\"in_reply_to\":5");
      assertThat(node.hearFor("c2")).contains("\"code\":11", "\"in_reply_to\":6");
    }
  }

  /// n0 leads and is never answered by n1 after that: what it took may yet come about.
  @Test
  void a_leader_that_hears_from_nobody_does_not_pretend_to_know() throws IOException {
    try (Dialogue node = new Dialogue()) {
      node.say(quoted(INIT.replace("['n0']", "['n0','n1']")));
      node.hear();
      assertThat(node.hearFor("n1")).contains("\"rpc\":\"vote\"");
      node.say(
          quoted(
              "{'src':'n1','dest':'n0','body':{'type':'raft','rpc':'voted','granted':true,"
                  + "'term':1,'time':0}}"));
      assertThat(node.hearFor("n1")).contains("\"rpc\":\"append\"");
      node.say(
          quoted("{'src':'c1','dest':'n0','body':{'type':'write','msg_id':5,'key':1,'value':1}}"));
      node.say(quoted("{'src':'c2','dest':'n0','body':{'type':'read','msg_id':6,'key':1}}"));
      assertThat(node.hearFor("c1")).contains("\"code\":0", "\"in_reply_to\":5");
      assertThat(node.hearFor("c2")).contains("\"code\":11", "\"in_reply_to\":6");
    }
  }

  /// n1 follows n0, passes a write on to it, and gets no answer.
  @Test
  void a_follower_that_passed_a_request_on_does_not_pretend_to_know() throws IOException {
    try (Dialogue node = new Dialogue()) {
      node.say(
          quoted(
              "{'src':'c0','dest':'n1','body':{'type':'init','msg_id':1,'node_id':'n1',"
                  + "'node_ids':['n0','n1']}}"));
      node.hear();
      node.say(
          quoted(
              "{'src':'n0','dest':'n1','body':{'type':'raft','rpc':'append','prev':[0,0],"
                  + "'entries':[[1]],'commit':0,'round':0,'term':1,'time':0}}"));
      assertThat(node.hearFor("n0")).contains("\"rpc\":\"appended\",\"ok\":true,\"match\":1");
      node.say(
          quoted("{'src':'c1','dest':'n1','body':{'type':'write','msg_id':5,'key':1,'value':1}}"));
      node.say(quoted("{'src':'c2','dest':'n1','body':{'type':'read','msg_id':6,'key':1}}"));
      assertThat(node.hearFor("n0")).contains("\"rpc\":\"forward\"", "\"do\":");
      assertThat(node.hearFor("c1")).contains("\"code\":0", "\"in_reply_to\":5");
      assertThat(node.hearFor("c2")).contains("\"code\":11", "\"in_reply_to\":6");
    }
  }

  @Test
  void a_node_whose_output_nobody_reads_ends_quietly() {
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    InputStream input =
        new ByteArrayInputStream(quoted(INIT + "\n").getBytes(StandardCharsets.UTF_8));
    assertThat(new MaelstromNode(broken, new PrintStream(said), 900).run(input)).isZero();
    assertThat(said.toString(StandardCharsets.UTF_8)).contains("Broken pipe");
  }
}
