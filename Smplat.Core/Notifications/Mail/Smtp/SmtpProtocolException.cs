namespace Smplat.Core.Notifications.Mail.Smtp;

/// <summary>The server is away, talks something else, or refuses us before any message was named.</summary>
public sealed class SmtpProtocolException(string message, Exception? inner = null) : Exception(message, inner);
