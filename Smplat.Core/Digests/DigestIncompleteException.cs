namespace Smplat.Core.Digests;

/// <summary>Some digests could not be made. The others are on their way; the run counts as failed and is tried again.</summary>
public sealed class DigestIncompleteException(int enqueued, int failed, Exception last)
    : Exception($"{failed} digests failed and {enqueued} were enqueued; the last failure: {last.Message}", last);
