namespace Smplat.Core.Trust;

public enum VerificationState
{
    Fresh,
    Stale,
    Missing,
    Unsupported,
}
