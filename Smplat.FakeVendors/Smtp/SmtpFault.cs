namespace Smplat.FakeVendors.Smtp;

/// <summary>What the server does at a step instead of its normal answer.</summary>
public abstract record SmtpFault
{
    /// <summary>Answers with another code; a mail that is ended this way is not taken.</summary>
    public sealed record Answer(int Code, string Text = "fault") : SmtpFault;

    /// <summary>Closes the connection without an answer; a mail that is ended this way is not taken.</summary>
    public sealed record Drop : SmtpFault;

    /// <summary>Takes the mail and then closes the connection without saying so.</summary>
    public sealed record TakeAndDrop : SmtpFault;

    /// <summary>Keeps the connection open and says nothing more.</summary>
    public sealed record Hang : SmtpFault;

    /// <summary>Says something that is not SMTP.</summary>
    public sealed record Garbage(string Text = "<html>not a mail server</html>") : SmtpFault;

    /// <summary>A line that never ends.</summary>
    public sealed record EndlessLine : SmtpFault;
}
