/// Histories of clients' operations, whether they are linearizable, and the picture of one that is
/// not. Depends on the JDK alone: any store's clients can record a [History] and have it checked.
///
/// The way in: record with [History.Recorder], ask [Checker], draw with [HistoryPage], save with
/// [HistoryText]. Ranges, transactions and watches over a whole map go by revisions: record with
/// [MapHistory.Recorder], ask [MapChecker]. `docs/CHECKING.md` tells the story from the outside.
package io.jangada.check;
