using Smplat.Core.Platform.Outbox;

namespace Smplat.Tests.Platform.Outbox;

internal static class Mails
{
    public static MailMessage Any() => new()
    {
        MessageId = MessageIds.For("a key", "hello@smplat.test"),
        From = new("hello@smplat.test", "SMPLAT"),
        To = new("ada@example.test", "Ada"),
        Subject = "Subject",
        Text = "Text\n",
        Html = "<p>Html</p>",
        Date = new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero),
    };
}
