using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Graceful.RollingUpdate;

/// <summary>A certificate for this run only: made in memory, given to Shop and the gateways as files, trusted by the clients by its hash.</summary>
internal sealed class ShopCertificate : IDisposable
{
    private readonly byte[] _hash;

    public ShopCertificate(Workspace workspace)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=shop", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("shop");
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
        _hash = certificate.GetCertHash(HashAlgorithmName.SHA256);

        Password = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        PfxPath = workspace.PathOf("shop.pfx");
        File.WriteAllBytes(PfxPath, certificate.Export(X509ContentType.Pfx, Password));
        PemPath = workspace.PathOf("shop.pem");
        File.WriteAllText(PemPath, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        Certificate = X509CertificateLoader.LoadPkcs12FromFile(PfxPath, Password);
    }

    public string PfxPath { get; }

    public string Password { get; }

    /// <summary>Certificate and key in one file, as HAProxy wants them; nginx takes the same file for both.</summary>
    public string PemPath { get; }

    public X509Certificate2 Certificate { get; }

    public SslClientAuthenticationOptions ClientOptions() => new()
    {
        TargetHost = "shop",
        RemoteCertificateValidationCallback = (_, presented, _, _) =>
            presented is not null && presented.GetCertHash(HashAlgorithmName.SHA256).AsSpan().SequenceEqual(_hash),
    };

    public void Dispose() => Certificate.Dispose();
}
