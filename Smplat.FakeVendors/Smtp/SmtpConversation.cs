using System.Net.Security;
using System.Net.Sockets;
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

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var closing = client;
        try
        {
            if (!await SayAsync(SmtpStep.Greeting, "220 mail.smplat.test ESMTP", cancellationToken))
                return;
            while (await ReadLineAsync(cancellationToken) is { } line && await HearAsync(line, cancellationToken))
            {
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client has gone, or the server is being stopped.
        }
    }

    /// <returns>False when the connection is over.</returns>
    private async Task<bool> HearAsync(string line, CancellationToken cancellationToken)
    {
        var verb = line.Split(' ')[0].ToUpperInvariant();
        switch (verb)
        {
            case "EHLO":
                return await SayAsync(SmtpStep.Hello, Hello(), cancellationToken);
            case "STARTTLS":
                return await SayAsync(SmtpStep.StartTls, "220 go ahead", cancellationToken) && await EncryptAsync(cancellationToken);
            case "AUTH":
                return await LogInAsync(line.Split(' '), cancellationToken);
            case "MAIL" when server.DemandsTls && _stream is not SslStream:
                return await SayAsync(SmtpStep.Sender, "530 5.7.0 Must issue a STARTTLS command first", cancellationToken);
            case "MAIL" when server.Mechanisms.Count > 0 && _user is null:
                return await SayAsync(SmtpStep.Sender, "530 5.7.0 Authentication required", cancellationToken);
            case "MAIL":
                _from = Between(line);
                return await SayAsync(SmtpStep.Sender, "250 2.1.0 ok", cancellationToken);
            case "RCPT":
                _to = Between(line);
                return await SayAsync(SmtpStep.Recipient, "250 2.1.5 ok", cancellationToken);
            case "DATA":
                return await SayAsync(SmtpStep.Data, "354 end with a dot", cancellationToken) && await TakeMailAsync(cancellationToken);
            case "QUIT":
                await WriteAsync("221 bye\r\n", cancellationToken);
                return false;
            default:
                await WriteAsync("502 unknown\r\n", cancellationToken);
                return true;
        }
    }

    private string Hello()
    {
        List<string> lines = ["mail.smplat.test", "8BITMIME"];
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

        _user = shown is [FakeSmtp.User, FakeSmtp.Password] ? FakeSmtp.User : null;
        return await SayAsync(SmtpStep.Login, _user is null ? "535 5.7.8 wrong credentials" : "235 2.7.0 welcome", cancellationToken);
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

        // The connection broke off before the dot: nothing was taken.
        return false;
    }

    private async Task<bool> EndMailAsync(string text, CancellationToken cancellationToken)
    {
        server.Reached?.Invoke(SmtpStep.EndOfMail);
        var fault = server.Faults.Take(SmtpStep.EndOfMail);
        if (fault is null or SmtpFault.TakeAndDrop)
            server.Take(new(_from ?? "", _to ?? "", Encoding.Latin1.GetBytes(text), _stream is SslStream, _user));
        return await SayAsync(fault, "250 2.0.0 taken as " + Guid.NewGuid().ToString("N")[..8], cancellationToken);
    }

    private Task<bool> SayAsync(SmtpStep step, string answer, CancellationToken cancellationToken)
    {
        server.Reached?.Invoke(step);
        return SayAsync(server.Faults.Take(step), answer, cancellationToken);
    }

    private async Task<bool> SayAsync(SmtpFault? fault, string answer, CancellationToken cancellationToken)
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
            case SmtpFault.EndlessLine:
                await WriteAsync("250-" + new string('x', 100_000), cancellationToken);
                return true;
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
        await _stream.WriteAsync(Encoding.ASCII.GetBytes(text), cancellationToken);
        await _stream.FlushAsync(cancellationToken);
    }

    private static string Between(string line) => line[(line.IndexOf('<') + 1)..line.IndexOf('>')];

    private static string Text(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));
}
