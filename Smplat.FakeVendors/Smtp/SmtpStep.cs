namespace Smplat.FakeVendors.Smtp;

/// <summary>The places of a conversation at which something can go wrong.</summary>
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
