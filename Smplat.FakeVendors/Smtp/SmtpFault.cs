namespace Smplat.FakeVendors.Smtp;

/// <summary>The faults to inject per step: those with a count first, then the permanent one.</summary>
public sealed class SmtpFaultPlan
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SmtpStep, Queue<SmtpFault>> _next = [];
    private readonly Dictionary<SmtpStep, SmtpFault> _permanent = [];

    /// <summary>Applies whenever the step is reached, until cleared.</summary>
    public void Always(SmtpStep step, SmtpFault fault)
    {
        lock (_gate)
        {
            _permanent[step] = fault;
        }
    }

    /// <summary>Applies to the next times only.</summary>
    public void Next(SmtpStep step, SmtpFault fault, int times = 1)
    {
        lock (_gate)
        {
            if (!_next.TryGetValue(step, out var queue))
                _next[step] = queue = new();
            for (var time = 0; time < times; time++)
                queue.Enqueue(fault);
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _next.Clear();
            _permanent.Clear();
        }
    }

    internal SmtpFault? Take(SmtpStep step)
    {
        lock (_gate)
        {
            return _next.TryGetValue(step, out var queue) && queue.TryDequeue(out var fault)
                ? fault
                : _permanent.GetValueOrDefault(step);
        }
    }
}

/// <summary>The steps of a conversation at which a fault can be injected.</summary>
public enum SmtpStep
{
    Greeting,
    Hello,
    StartTls,
    Login,
    Sender,
    Recipient,
    Data,

    /// <summary>The dot that ends a mail.</summary>
    EndOfMail,
}

/// <summary>What the server does at a step instead of its normal answer.</summary>
public abstract record SmtpFault
{
    /// <summary>Answers with another code; a mail that ends this way is not accepted.</summary>
    public sealed record Answer(int Code, string Text = "fault") : SmtpFault;

    /// <summary>Closes the connection without an answer; a mail that ends this way is not accepted.</summary>
    public sealed record Drop : SmtpFault;

    /// <summary>Accepts the mail and then closes the connection without an answer.</summary>
    public sealed record TakeAndDrop : SmtpFault;

    /// <summary>Keeps the connection open and sends nothing more.</summary>
    public sealed record Hang : SmtpFault;

    /// <summary>Sends something that is not SMTP.</summary>
    public sealed record Garbage(string Text = "<html>not a mail server</html>") : SmtpFault;

    /// <summary>
    /// Sends the same text repeatedly, without pauses, for as long as the client reads: <c>220-x\r\n</c> is an answer
    /// that never ends, and <c>x</c> with a first part of <c>220 </c> a line that never ends.
    /// </summary>
    public sealed record Endless(string Text, string First = "") : SmtpFault;

    /// <summary>Sends the text repeatedly, one byte at a time.</summary>
    public sealed record Dribble(string Text, TimeSpan Pause) : SmtpFault;

    /// <summary>Gives the usual answer and closes the connection after it.</summary>
    public sealed record AnswerAndDrop(int Code, string Text = "fault") : SmtpFault;

    /// <summary>Gives the usual answer to DATA and then reads 16 KiB of the mail after each pause, at most.</summary>
    public sealed record ReadSlowly(TimeSpan Pause) : SmtpFault;
}
