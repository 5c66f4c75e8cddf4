package io.jangada.raft;

/// What a candidate asks for.
enum CampaignType {
  /// Whether it would get votes, in the term after this one (pre-vote, thesis §9.6).
  PRE_VOTE,

  /// Votes.
  ELECTION,

  /// Votes, even of those who hear a leader: it told this member to campaign (thesis §3.10), or
  /// there has never been one.
  TRANSFER
}
