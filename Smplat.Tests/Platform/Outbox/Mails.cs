using Smplat.Core.Platform.Outbox;

namespace Smplat.Tests.Platform.Outbox;

internal static class Mails
{
    public static MailMessage Any() => new(
        MessageIds.For("a key", "hello@smplat.test"),
        new("hello@smplat.test", "SMPLAT"),
        new("ada@example.test", "Ada"),
        null,
        "Subject",
        "Text\n",
        "<p>Html</p>",
        new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero),
        [],
        []);
}
