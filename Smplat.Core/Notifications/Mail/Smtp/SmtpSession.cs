using System.Text;

namespace Smplat.Core.Notifications.Mail.Smtp;

/// <summary>Greeting, encryption and login: what comes before the first mail.</summary>
public sealed class SmtpSession(SmtpConnection connection, SmtpOptions options)
{
    private const int ImplicitTlsPort = 465;

    private HashSet<string> _mechanisms = new(StringComparer.OrdinalIgnoreCase);
    private bool _offersTls;

    /// <exception cref="SmtpProtocolException">The server does not let us in.</exception>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        var isImplicit = options.UseTls && options.Port == ImplicitTlsPort;
        if (isImplicit)
        {
            await connection.EncryptAsync(cancellationToken);
        }

        Demand(await connection.ReadReplyAsync(cancellationToken), "greeting");
        await GreetAsync(cancellationToken);
        if (options.UseTls && !isImplicit)
        {
            await StartTlsAsync(cancellationToken);
        }

        if (!string.IsNullOrEmpty(options.Username) && !string.IsNullOrEmpty(options.Password))
        {
            await LogInAsync(options.Username, options.Password, cancellationToken);
        }
    }

    private async Task GreetAsync(CancellationToken cancellationToken)
    {
        var reply = Demand(await connection.AskAsync($"EHLO {OwnName()}", cancellationToken), "EHLO");
        var offers = reply.Lines.Skip(1).Select(line => line.Split([' ', '='], StringSplitOptions.RemoveEmptyEntries)).ToArray();
        _offersTls = offers.Any(offer => offer is [var name, ..] && name.Equals("STARTTLS", StringComparison.OrdinalIgnoreCase));
        _mechanisms = offers
            .Where(offer => offer is [var name, ..] && name.Equals("AUTH", StringComparison.OrdinalIgnoreCase))
            .SelectMany(offer => offer.Skip(1))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    private async Task StartTlsAsync(CancellationToken cancellationToken)
    {
        if (!_offersTls)
        {
            throw new SmtpProtocolException("The server does not offer STARTTLS, and SMTP_USE_TLS demands it.");
        }

        Demand(await connection.AskAsync("STARTTLS", cancellationToken), "STARTTLS");
        await connection.EncryptAsync(cancellationToken);
        // What the server said in the clear counts no more.
        await GreetAsync(cancellationToken);
    }

    private async Task LogInAsync(string username, string password, CancellationToken cancellationToken)
    {
        SmtpReply reply;
        if (_mechanisms.Contains("PLAIN"))
        {
            reply = await connection.AskAsync($"AUTH PLAIN {Base64($"\0{username}\0{password}")}", cancellationToken);
        }
        else if (_mechanisms.Contains("LOGIN"))
        {
            Demand(await connection.AskAsync("AUTH LOGIN", cancellationToken), "AUTH LOGIN");
            Demand(await connection.AskAsync(Base64(username), cancellationToken), "AUTH LOGIN, user");
            reply = await connection.AskAsync(Base64(password), cancellationToken);
        }
        else
        {
            throw new SmtpProtocolException("The server offers neither AUTH PLAIN nor AUTH LOGIN.");
        }

        Demand(reply, "login");
    }

    private string OwnName() => options.SenderEmail is { } sender && sender.Contains('@', StringComparison.Ordinal)
        ? sender[(sender.LastIndexOf('@') + 1)..]
        : "localhost";

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static SmtpReply Demand(SmtpReply reply, string step) => reply.IsPositive
        ? reply
        : throw new SmtpProtocolException($"{step} was refused: {reply}");
}
