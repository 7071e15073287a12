using System.Runtime.ExceptionServices;
using System.Text;
using MailKit;
using MailKit.Net.Smtp;
using MimeKit;

namespace Smplat.Core.Platform.Outbox;

/// <summary>MailKit's client, which tells of the accepted recipient and remembers the first refusal of a mail.</summary>
internal sealed class ObservedSmtpClient : SmtpClient
{
    private readonly Answers _answers;
    private Action _onRecipientAccepted = () => { };
    private (SendResult, SmtpAnswer)? _refusal;
    private bool _isSenderAccepted;

    public ObservedSmtpClient()
        : this(new Answers())
    {
    }

    private ObservedSmtpClient(Answers answers)
        : base(answers) => _answers = answers;

    /// <summary>What the server refused of the present mail, and how; null when it refused nothing.</summary>
    /// <param name="wasAskedForMail">
    /// The recipient was accepted before. A refusal that is neither the sender's nor the recipient's is then about the
    /// mail, and otherwise about us (such as 530, log in first).
    /// </param>
    public (SendResult Result, SmtpAnswer Answer)? Refusal(bool wasAskedForMail) =>
        _refusal
        ?? (_answers.FirstRefusal() is { } answer
            ? (wasAskedForMail ? SendResult.MailRefused : SendResult.SenderRefused, answer)
            : null);

    public void Begin(Action onRecipientAccepted)
    {
        _onRecipientAccepted = onRecipientAccepted;
        (_refusal, _isSenderAccepted) = (null, false);
        _answers.Clear();
    }

    protected override void OnSenderAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response)
    {
        base.OnSenderAccepted(message, mailbox, response);
        _isSenderAccepted = true;
    }

    protected override void OnRecipientAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response)
    {
        base.OnRecipientAccepted(message, mailbox, response);
        _onRecipientAccepted();
    }

    protected override void OnSenderNotAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response)
    {
        _refusal ??= (SendResult.SenderRefused, new((int)response.StatusCode, response.Response));
        base.OnSenderNotAccepted(message, mailbox, response);
    }

    protected override void OnRecipientNotAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response)
    {
        if (_isSenderAccepted)
        {
            _refusal ??= (SendResult.RecipientRefused, new((int)response.StatusCode, response.Response));
        }

        // Otherwise the two were sent together, and without a sender no recipient is accepted.
        base.OnRecipientNotAccepted(message, mailbox, response);
    }

    /// <summary>Listens to the conversation for the first answer of a mail that is a refusal.</summary>
    private sealed class Answers : IProtocolLogger
    {
        private const int MaxBytes = 4096;

        private readonly List<byte> _answer = new(256);
        private SmtpAnswer? _first;

        public IAuthenticationSecretDetector? AuthenticationSecretDetector { get; set; }

        public SmtpAnswer? FirstRefusal() => _first ??= Read();

        public void Clear()
        {
            _first = null;
            _answer.Clear();
        }

        public void LogConnect(Uri uri)
        {
        }

        public void LogClient(byte[] buffer, int offset, int count)
        {
            _first ??= Read();
            _answer.Clear();
        }

        public void LogServer(byte[] buffer, int offset, int count) =>
            _answer.AddRange(buffer.AsSpan(offset, Math.Min(count, MaxBytes - _answer.Count)));

        public void Dispose()
        {
        }

        /// <returns>Null for an answer that is no refusal, or not complete.</returns>
        private SmtpAnswer? Read()
        {
            var lines = Encoding.UTF8.GetString([.. _answer]).ReplaceLineEndings("\n").Split('\n');
            if (lines is not [{ Length: >= 3 } first, _, ..] || first[0] is not ('4' or '5') || !int.TryParse(first.AsSpan(0, 3), out var code))
            {
                return null;
            }

            var last = Array.FindIndex(lines, line => line.Length < 4 || line[3] != '-');
            return new(code, string.Join(' ', lines[..(last + 1)].Where(line => line.Length > 4).Select(line => line[4..])));
        }
    }
}

/// <summary>The commit before DATA, and how far the mail got after it.</summary>
internal sealed class SmtpHandover(HandoverMark mark, CancellationToken cancellationToken)
{
    private volatile bool _isCommitted;

    public bool IsCommitted => _isCommitted;

    public bool IsLost { get; private set; }

    public bool IsMailWritten { get; set; }

    /// <summary>The commit itself failed; nothing was sent.</summary>
    public ExceptionDispatchInfo? Failure { get; private set; }

    public async Task CommitAsync()
    {
        try
        {
            _isCommitted = await mark(cancellationToken);
        }
        catch (Exception exception)
        {
            Failure = ExceptionDispatchInfo.Capture(exception);
            throw;
        }

        if (!_isCommitted)
        {
            IsLost = true;
            throw new IOException("The message belongs to another sender.");
        }
    }
}
