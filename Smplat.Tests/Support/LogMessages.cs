using Microsoft.Extensions.Logging.Testing;

namespace Smplat.Tests.Support;

internal static class LogMessages
{
    /// <summary>The lines with an event id so far.</summary>
    public static IReadOnlyList<string> MessagesOf(this FakeLogCollector log, int eventId) =>
        [.. log.GetSnapshot().Where(line => line.Id.Id == eventId).Select(line => line.Message)];
}
