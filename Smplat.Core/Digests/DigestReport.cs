namespace Smplat.Core.Digests;

/// <summary>What a pass over all readers did; in a dry run, what it would have done.</summary>
/// <param name="Readers">People who want digests and whose digest is due.</param>
/// <param name="Failed">People whose digest could not be made; the next pass tries them again.</param>
public sealed record DigestReport(int Readers, int Enqueued, int Empty, int Failed, bool OperatorDigest, bool IsDryRun);
