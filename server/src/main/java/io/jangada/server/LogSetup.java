package io.jangada.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where log lines go: to standard error, never to standard output, which belongs to a program's
/// data. Logback finds this class through `META-INF/services`, so that every program of this jar
/// begins with warnings alone; a server says more once its configuration is read.
public final class LogSetup extends ContextAwareBase implements Configurator {
  private static final String OURS = "io.jangada";

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    appendTo(context, false);
    context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.WARN);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /// Turns the log of servers off, in a process that reports their events itself.
  public static void silence() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context)
      context.getLogger(OURS).setLevel(Level.OFF);
  }

  /// Turns the whole process to a server's settings. Libraries say as much as a server does from
  /// `debug` on, and their warnings otherwise.
  static void configure(Settings settings) {
    ILoggerFactory factory = LoggerFactory.getILoggerFactory();
    if (!(factory instanceof LoggerContext context)) return;
    appendTo(context, settings.is(Setting.LOG_FORMAT, "json"));
    Level level = Level.toLevel(settings.text(Setting.LOG_LEVEL));
    context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(level == Level.INFO ? Level.WARN : level);
    context.getLogger(OURS).setLevel(level);
  }

  private static void appendTo(LoggerContext context, boolean json) {
    LineEncoder encoder = new LineEncoder(json);
    encoder.setContext(context);
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.detachAndStopAllAppenders();
    root.addAppender(appender);
  }
}
