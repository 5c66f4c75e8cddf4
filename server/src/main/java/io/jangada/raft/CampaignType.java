package io.jangada.raft;

/// What a candidate asks for.
enum CampaignType {
  /// Whether it would get votes, in the term after this one (pre-vote, thesis §9.6).
  PRE_VOTE,

  /// Votes.
  ELECTION,

  /// Votes, even of members that follow a leader: it sent this member a TimeoutNow (thesis §3.10),
  /// or there has never been one.
  TRANSFER
}
