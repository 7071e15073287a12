using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Smplat.FakeVendors.Smtp;

/// <summary>The server's side of one connection.</summary>
internal sealed class SmtpConversation(FakeSmtp server, TcpClient client)
{
    private readonly byte[] _buffer = new byte[8192];
    private int _start;
    private int _end;
    private Stream _stream = client.GetStream();
    private string? _user;
    private string? _from;
    private string? _to;
    private bool _isUtf8;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var closing = client;
        try
        {
            if (server.IsTlsImplicit)
                await EncryptAsync(cancellationToken);
            if (!await AnswerAsync(SmtpStep.Greeting, "220 mail.smplat.test ESMTP", cancellationToken))
                return;
            while (await ReadLineAsync(cancellationToken) is { } line && await HandleAsync(line, cancellationToken))
            {
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or AuthenticationException or OperationCanceledException or ObjectDisposedException)
        {
            // The client has disconnected, or the server is stopping.
        }
    }

    /// <returns>False when the connection has ended.</returns>
    private async Task<bool> HandleAsync(string line, CancellationToken cancellationToken)
    {
        var verb = line.Split(' ')[0].ToUpperInvariant();
        switch (verb)
        {
            case "EHLO":
                return await AnswerAsync(SmtpStep.Hello, Hello(), cancellationToken);
            case "STARTTLS":
                return await AnswerAsync(SmtpStep.StartTls, "220 go ahead", cancellationToken) && await EncryptAsync(cancellationToken);
            case "AUTH":
                return await LogInAsync(line.Split(' '), cancellationToken);
            case "MAIL" when server.DemandsTls && _stream is not SslStream:
                return await AnswerAsync(SmtpStep.Sender, "530 5.7.0 Must issue a STARTTLS command first", cancellationToken);
            case "MAIL" when server.Mechanisms.Count > 0 && _user is null:
                return await AnswerAsync(SmtpStep.Sender, "530 5.7.0 Authentication required", cancellationToken);
            case "MAIL":
                (_from, _to, _isUtf8) = (AddressIn(line), null, line.Split(' ').Contains("SMTPUTF8"));
                return await AnswerAsync(SmtpStep.Sender, "250 2.1.0 sender ok", cancellationToken);
            case "RCPT" when _from is null:
                return await AnswerAsync(SmtpStep.Recipient, "503 5.5.1 MAIL first", cancellationToken);
            case "RCPT" when !Ascii.IsValid(line) && !(_isUtf8 && server.OffersUtf8):
                return await AnswerAsync(SmtpStep.Recipient, "553 5.6.7 SMTPUTF8 required", cancellationToken);
            case "RCPT":
                return await TakeRecipientAsync(AddressIn(line), cancellationToken);
            case "DATA" when _to is null:
                return await AnswerAsync(SmtpStep.Data, "503 5.5.1 RCPT first", cancellationToken);
            case "DATA":
                return await BeginMailAsync(cancellationToken);
            case "RSET":
                (_from, _to) = (null, null);
                await WriteAsync("250 2.0.0 reset\r\n", cancellationToken);
                return true;
            case "NOOP":
                await WriteAsync("250 2.0.0 ok\r\n", cancellationToken);
                return true;
            case "QUIT":
                await WriteAsync("221 2.0.0 bye\r\n", cancellationToken);
                return false;
            default:
                await WriteAsync("502 5.5.1 unknown\r\n", cancellationToken);
                return true;
        }
    }

    private string Hello()
    {
        List<string> lines = ["mail.smplat.test", "8BITMIME", "ENHANCEDSTATUSCODES", "SIZE 20000000"];
        if (server.OffersUtf8)
            lines.Add("SMTPUTF8");
        if (server.OffersPipelining)
            lines.Add("PIPELINING");
        if (server.DemandsTls && _stream is not SslStream)
            lines.Add("STARTTLS");
        if (server.Mechanisms.Count > 0)
            lines.Add("AUTH " + string.Join(' ', server.Mechanisms));
        return string.Join("\r\n", lines.Select((text, at) => $"250{(at == lines.Count - 1 ? ' ' : '-')}{text}"));
    }

    private async Task<bool> EncryptAsync(CancellationToken cancellationToken)
    {
        var tls = new SslStream(_stream);
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificate = server.Certificate }, cancellationToken);
        _stream = tls;
        return true;
    }

    private async Task<bool> LogInAsync(string[] words, CancellationToken cancellationToken)
    {
        string[] shown = [];
        if (words is [_, "PLAIN", var initial] && server.Mechanisms.Contains("PLAIN"))
        {
            shown = Text(initial).Split('\0')[1..];
        }
        else if (words is [_, "LOGIN"] && server.Mechanisms.Contains("LOGIN"))
        {
            await WriteAsync("334 VXNlcm5hbWU6\r\n", cancellationToken);
            var user = Text(await ReadLineAsync(cancellationToken) ?? "");
            await WriteAsync("334 UGFzc3dvcmQ6\r\n", cancellationToken);
            shown = [user, Text(await ReadLineAsync(cancellationToken) ?? "")];
        }

        else if (words is [_, "XOAUTH2", var bearer] && server.Mechanisms.Contains("XOAUTH2"))
        {
            if (Text(bearer) == $"user={FakeSmtp.User}\u0001auth=Bearer {FakeSmtp.Token}\u0001\u0001")
            {
                shown = [FakeSmtp.User, FakeSmtp.Password];
            }
            else
            {
                // The reason comes as a challenge, which the client answers with an empty line.
                await WriteAsync($"334 {Convert.ToBase64String("{\"status\":\"401\"}"u8)}\r\n", cancellationToken);
                await ReadLineAsync(cancellationToken);
            }
        }

        _user = shown is [FakeSmtp.User, FakeSmtp.Password] ? FakeSmtp.User : null;
        return await AnswerAsync(SmtpStep.Login, _user is null ? "535 5.7.8 wrong credentials" : "235 2.7.0 welcome", cancellationToken);
    }

    /// <summary>A refused recipient does not count: DATA after it is out of order.</summary>
    private async Task<bool> TakeRecipientAsync(string recipient, CancellationToken cancellationToken)
    {
        server.Reached?.Invoke(SmtpStep.Recipient);
        var fault = server.Faults.Take(SmtpStep.Recipient);
        _to = fault is null ? recipient : null;
        return await AnswerAsync(fault, "250 2.1.5 recipient ok", cancellationToken);
    }

    private async Task<bool> BeginMailAsync(CancellationToken cancellationToken)
    {
        server.Reached?.Invoke(SmtpStep.Data);
        var fault = server.Faults.Take(SmtpStep.Data);
        var goesOn = await AnswerAsync(fault, "354 end with a dot", cancellationToken);
        return fault is null ? await TakeMailAsync(cancellationToken) : goesOn;
    }

    private async Task<bool> TakeMailAsync(CancellationToken cancellationToken)
    {
        var mail = new StringBuilder();
        while (await ReadLineAsync(cancellationToken) is { } line)
        {
            if (line == ".")
                return await EndMailAsync(mail.ToString(), cancellationToken);
            mail.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        }

        // The connection broke before the dot: nothing was accepted.
        return false;
    }

    private async Task<bool> EndMailAsync(string text, CancellationToken cancellationToken)
    {
        server.Reached?.Invoke(SmtpStep.EndOfMail);
        var fault = server.Faults.Take(SmtpStep.EndOfMail);
        if (fault is null or SmtpFault.TakeAndDrop)
            server.Take(new(_from ?? "", _to ?? "", Encoding.Latin1.GetBytes(text), _stream is SslStream, _user));
        (_from, _to) = (null, null);
        return await AnswerAsync(fault, "250 2.0.0 taken as " + Guid.NewGuid().ToString("N")[..8], cancellationToken);
    }

    private Task<bool> AnswerAsync(SmtpStep step, string answer, CancellationToken cancellationToken)
    {
        server.Reached?.Invoke(step);
        return AnswerAsync(server.Faults.Take(step), answer, cancellationToken);
    }

    private async Task<bool> AnswerAsync(SmtpFault? fault, string answer, CancellationToken cancellationToken)
    {
        switch (fault)
        {
            case null:
                await WriteAsync(answer + "\r\n", cancellationToken);
                return true;
            case SmtpFault.Answer other:
                await WriteAsync($"{other.Code} {other.Text}\r\n", cancellationToken);
                return true;
            case SmtpFault.Garbage garbage:
                await WriteAsync(garbage.Text + "\r\n", cancellationToken);
                return true;
            case SmtpFault.AnswerAndDrop last:
                await WriteAsync($"{last.Code} {last.Text}\r\n", cancellationToken);
                return false;
            case SmtpFault.Endless endless:
                await WriteAsync(endless.First, cancellationToken);
                var block = string.Concat(Enumerable.Repeat(endless.Text, Math.Max(1, 4096 / endless.Text.Length)));
                while (true)
                    await WriteAsync(block, cancellationToken);
            case SmtpFault.Dribble dribble:
                for (var at = 0; ; at = (at + 1) % dribble.Text.Length)
                {
                    await WriteAsync(dribble.Text.Substring(at, 1), cancellationToken);
                    await Task.Delay(dribble.Pause, cancellationToken);
                }

            case SmtpFault.ReadSlowly slowly:
                await WriteAsync(answer + "\r\n", cancellationToken);
                do
                {
                    await Task.Delay(slowly.Pause, cancellationToken);
                }
                while (await _stream.ReadAsync(new byte[16 * 1024], cancellationToken) > 0);
                return false;
            case SmtpFault.Hang:
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                return false;
            default:
                return false;
        }
    }

    private async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        while (true)
        {
            if (_start == _end)
            {
                (_start, _end) = (0, await _stream.ReadAsync(_buffer, cancellationToken));
                if (_end == 0)
                    return null;
            }

            var value = _buffer[_start++];
            if (value == (byte)'\n')
                return Encoding.Latin1.GetString([.. line]).TrimEnd('\r');
            line.Add(value);
        }
    }

    private async Task WriteAsync(string text, CancellationToken cancellationToken)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        await _stream.WriteAsync(bytes, cancellationToken);
        server.CountSent(bytes.Length);
        await _stream.FlushAsync(cancellationToken);
    }

    private static string AddressIn(string line) =>
        Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(line[(line.IndexOf('<') + 1)..line.IndexOf('>')]));

    private static string Text(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));
}
