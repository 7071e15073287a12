using System.Net.Sockets;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Fulfillment;

/// <summary>Failures of calls, told without what must not be kept.</summary>
internal static class CallFailure
{
    internal static bool MayPass(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or IOException or SocketException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    internal static string Describe(Exception exception, IReadOnlyList<string> secrets) => exception is OperationCanceledException
        ? "The call was not answered in time."
        : Text(exception.Message, secrets);

    internal static string Text(string message, IReadOnlyList<string> secrets) =>
        Redaction.Redact(CallResult.Hide(message, secrets));
}
