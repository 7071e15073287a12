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

    /// <summary>
    /// Sends the same text over and over, at once and for as long as the client takes it: <c>220-x\r\n</c> is an answer
    /// that never ends, and <c>x</c> with a first part of <c>220 </c> a line that never ends.
    /// </summary>
    public sealed record Endless(string Text, string First = "") : SmtpFault;

    /// <summary>Sends the text, one byte at a time, over and over.</summary>
    public sealed record Dribble(string Text, TimeSpan Pause) : SmtpFault;

    /// <summary>Gives the usual answer and closes the connection after it.</summary>
    public sealed record AnswerAndDrop(int Code, string Text = "fault") : SmtpFault;

    /// <summary>Gives the usual answer to DATA and then reads 16 KiB of the mail after each pause, at most.</summary>
    public sealed record ReadSlowly(TimeSpan Pause) : SmtpFault;
}
