namespace Smplat.Core.Trust.Resolving;

public enum VerificationState
{
    Fresh,
    Stale,
    Missing,
    Unsupported,
}
