using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Smplat.Core.Notifications.Mail.Mime;
using Smplat.Core.Notifications.Mail.Smtp;
using Smplat.FakeVendors.Smtp;

namespace Smplat.Tests.Notifications.Mail;

public sealed class MimeTests
{
    [Test]
    public void Any_subject_and_text_survive_the_way()
    {
        Prop.ForAll<NonNull<string>, NonNull<string>>((subject, text) =>
        {
            // Half of a surrogate pair is no text.
            var (heading, body) = (Clean(subject.Get), Clean(text.Get));
            var raw = MimeWriter.Write(Mails.Any() with { Subject = heading, Text = body });
            var read = new ReceivedMail("", "", raw, false, null);
            return Words(read.Subject) == Words(heading)
                && read.Part("text/plain") == body.ReplaceLineEndings("\r\n") + "\r\n";
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void Every_line_is_short_enough_and_ascii()
    {
        Prop.ForAll<NonNull<string>>(text =>
        {
            var raw = MimeWriter.Write(Mails.Any() with { Subject = text.Get, Text = text.Get + new string('é', 300) });
            return Encoding.Latin1.GetString(raw).Split("\r\n").All(line => line.Length <= 998 && line.All(sign => sign < 128 && sign is not ('\n' or '\r')));
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void No_line_of_a_mail_can_end_it()
    {
        Prop.ForAll<NonNull<string>>(text =>
        {
            var stuffed = Encoding.Latin1.GetString(DotStuffing.Apply(Encoding.Latin1.GetBytes(".\r\n" + text.Get + "\r\n.\r\n")));
            return !stuffed.Split("\r\n").Contains(".") && stuffed.EndsWith("\r\n", StringComparison.Ordinal);
        }).QuickCheckThrowOnFailure();
    }

    private static string Clean(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Trim()));

    /// <summary>Blanks and control signs in a header may be folded into one blank.</summary>
    private static string Words(string text) => string.Join(' ', text
        .Split([.. text.Where(sign => char.IsControl(sign) || sign == ' ')], StringSplitOptions.RemoveEmptyEntries));
}
