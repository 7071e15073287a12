namespace Smplat.Core.Platform.Outbox;

/// <summary>Chooses how mail leaves: by SMTP when it is set up, else into a folder, else not at all.</summary>
public sealed class MailGateways(SmtpGateway smtp, FileMailGateway file)
{
    /// <summary>Null when mail is off.</summary>
    public IMailGateway? Choose() => smtp.IsOn ? smtp : file.IsOn ? file : null;

    /// <summary>Lets go of what the gateways kept open between the mails of a run.</summary>
    public Task ReleaseAsync() => Task.WhenAll(smtp.ReleaseAsync(), file.ReleaseAsync());
}
