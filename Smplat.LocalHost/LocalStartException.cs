namespace Smplat.LocalHost;

/// <summary>
/// The app cannot start here; the message is shown as it is, without a stack trace, and says what to do.
/// </summary>
public sealed class LocalStartException(string message, Exception? inner = null) : Exception(message, inner);
